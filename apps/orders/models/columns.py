"""Columns and expressions of money that the models of orders have in common."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models.functions import Round


def money_column(name: Any) -> "models.DecimalField[Any, Any]":
    """Return a column of money in the order's currency, which is 0 where an old process leaves it out."""
    return models.DecimalField(
        name, max_digits=15, decimal_places=2, default=Decimal(0), db_default=Decimal(0)
    )


def text_column(name: Any, max_length: int) -> "models.CharField[Any, Any]":
    """Return a column of text, which is empty where an old process leaves it out."""
    return models.CharField(name, max_length=max_length, blank=True, default="", db_default="")


def in_cents(sum_of_columns: Any) -> Round:
    """Return an expression: the sum in whole cents. SQLite adds binary fractions; PostgreSQL is exact."""
    return Round(
        sum_of_columns, precision=2, output_field=models.DecimalField(max_digits=15, decimal_places=2)
    )


def tax_on_top(column: str) -> models.Case:
    """Return an expression: the tax in the column where prices are net, 0 where they include it."""
    return models.Case(
        models.When(prices_include_tax=True, then=models.Value(Decimal(0))),
        default=models.F(column),
        output_field=models.DecimalField(max_digits=15, decimal_places=2),
    )


def total_of_parts() -> Any:
    """Return an expression: what the parts of an order add up to."""
    return (
        models.F("items_total")
        - models.F("discount_total")
        + models.F("delivery_price")
        - models.F("delivery_discount")
        + tax_on_top("tax_total")
    )
