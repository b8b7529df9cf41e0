"""An order by hand: a bare view, the same statements through psycopg, no ORM, no DRF."""

import json
import os
from functools import cache as once
from typing import Any

import jwt
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from benchmarks.reference import order_sql


def place(request: HttpRequest) -> HttpResponse:
    """Check the JWT, place the order of two lines that the body asks for, and show it."""
    token = request.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, settings.JWT_SIGNING_KEY, algorithms=["HS256"])
    wanted = {item["product_id"]: item["quantity"] for item in json.loads(request.body)["items"]}
    first, second = wanted
    values: dict[str, Any] = {"session": claims["sid"], "user": int(claims["user_id"])}
    with _pool().connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        if cursor.execute(order_sql.USER, values).fetchone() is None:
            return HttpResponse(status=401)
        with connection.transaction():
            rows = cursor.execute(order_sql.LOCK, {"first": first, "second": second}).fetchall()
            products = {row["id"]: row for row in rows}
            if len(products) < len(wanted) or any(products[key]["stock"] < wanted[key] for key in wanted):
                return HttpResponse(status=409)
            values |= {
                "first": first,
                "second": second,
                "first_stock": products[first]["stock"] - wanted[first],
                "second_stock": products[second]["stock"] - wanted[second],
                "total": sum(products[key]["price"] * wanted[key] for key in wanted),
            }
            order = cursor.execute(order_sql.ORDER, values).fetchone()
            values["order"] = order["id"] if order else None
            for statement in order_sql.AFTER_THE_ORDER:
                cursor.execute(statement, values)
    shown = {"id": values["order"], "total_price": str(values["total"]), "items": list(wanted.items())}
    return JsonResponse(shown, status=201)


@once
def _pool() -> ConnectionPool[Any]:
    # In autocommit, as the transaction is begun by hand.
    options = {"autocommit": True}
    return ConnectionPool(os.environ["DATABASE_URL"], min_size=1, max_size=16, kwargs=options, open=True)
