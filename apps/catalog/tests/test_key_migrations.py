"""Skus of the release before get keys in which every dash is a hyphen, unless some cannot be told apart."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product

BEFORE = ("catalog", "0012_skus_differ")

pytestmark = pytest.mark.django_db(transaction=True)


def test_skus_with_any_dash_are_found_or_told():
    two_em, hyphen, other = make_product(sku="A⸺1"), make_product(sku="B-1"), make_product(sku="Б⸺1")
    MigrationExecutor(connection).migrate([BEFORE])
    rows = models.QuerySet(Product)
    rows.filter(pk=two_em.pk).update(sku_key="a⸺1")
    rows.filter(pk=hyphen.pk).update(sku="A-1", sku_key="a-1")
    rows.filter(pk=other.pk).update(sku_key="б⸺1")

    with pytest.raises(CommandError, match=f"catalog.Product.sku: {two_em.pk}, {hyphen.pk}\n"):
        migrate()
    assert rows.get(pk=other.pk).sku_key == "б⸺1"

    rows.filter(pk=hyphen.pk).update(sku="B-1", sku_key="b-1")
    migrate()

    assert list(rows.order_by("pk").values_list("sku", "sku_key")) == [
        ("A⸺1", "a-1"),
        ("B-1", "b-1"),
        ("Б⸺1", "б-1"),
    ]


def migrate() -> None:
    call_command("migrate", "catalog", verbosity=0, interactive=False)
