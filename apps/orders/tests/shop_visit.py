"""People in a shop: what each of them sends and reads, compared with the model of it."""

from collections import defaultdict
from decimal import Decimal
from itertools import count

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.tests.factories import make_category, make_product
from apps.orders.tests import shop_model
from apps.orders.tests.shop_model import Shop, is_staff
from conftest import signed_in

ORDERS, ALL_ORDERS, PRODUCTS = "/api/v1/orders/", "/api/v1/admin/orders/", "/api/v1/products/"
WARES = [("19.99", 6), ("0.10", 60), ("1250.00", 25)]  # price and stock

_numbers = count(1)


class Visit:
    """Two customers and a clerk in a shop of three products, and the model of it."""

    def __init__(self, make_user):
        number, category = next(_numbers), make_category()
        users = {
            name: make_user(username=f"{name}{number}", is_staff=is_staff(name), is_superuser=is_staff(name))
            for name in ("anna", "boris", "clerk")
        }
        self.names = {name: user.username for name, user in users.items()}
        self.clients = {user.username: signed_in(user) for user in users.values()}
        self.shelf = f"{PRODUCTS}?category={category.pk}"
        self.lists = {
            user.username: f"{ALL_ORDERS}?user={user.pk}" for user in users.values() if not user.is_staff
        }
        rows = [
            make_product(name=f"Ware {place}", category=category, price=price, stock=stock)
            for place, (price, stock) in enumerate(WARES)
        ]
        products = [shop_model.Product(row.pk, row.name, row.sku, Decimal(row.price)) for row in rows]
        for product, row in zip(products, rows, strict=True):
            product.move("received", row.stock)
        self.shop = Shop(products)
        self.kept = {}  # by person and key: the request and what it was answered
        self.seen = defaultdict(list)  # by person and address: each ETag, with what it stood for

    def post_once(self, who, address, body, key):
        """Send it, with a key or without; return the answer, or None when the key has been used before."""
        headers = {"Idempotency-Key": key} if key else {}
        response = self.clients[who].post(address, body, headers=headers)
        first = self.kept.get((who, key))
        if first is None:
            assert "Idempotent-Replayed" not in response
            if key and response.status_code == 201:
                self.kept[who, key] = (address, body, response.content)
            return response
        if first[:2] == (address, body):
            answer = (response.status_code, response.content, response.headers.get("Idempotent-Replayed"))
            assert_same(answer, (201, first[2], "true"))
        else:
            assert_refused(response, (422, {"code": "idempotency_key_reused"}))
        return None

    def if_match(self, who, address, version):
        """Return the header that means the version, and the present ETag when it is another one."""
        if version is None:
            return {}, None
        present = self.clients[who].get(address).headers.get("ETag")
        if version == "any":
            return {"If-Match": "*"}, None
        if version == "now":
            return {"If-Match": present or '"none"'}, None
        shown = self.pages().get((who, address))
        before = [etag for etag, was in self.seen[who, address] if was != shown]
        return {"If-Match": picked(before, 0) if before else '"none"'}, present

    def pages(self):
        """Return what each person sees at each address."""
        shop, (anna, boris, clerk) = self.shop, self.names.values()
        products = list(shop.products.values())
        pages = {
            (who, address_of(order)): order.shown_to(who) for order in shop.orders for who in self.clients
        }
        for product in products:
            pages[clerk, address_of(product)] = product.shown()
            pages[anna, address_of(product)] = product.shown() if product.is_active else None
        pages[anna, self.shelf] = listed(product.shown() for product in products if product.is_active)
        hidden = [product.shown() for product in products if not product.is_active]
        pages[clerk, f"{self.shelf}&is_active=false"] = listed(hidden)
        for who in (anna, boris):
            own = [order for order in reversed(shop.orders) if order.owner == who]
            pages[who, ORDERS] = listed(order.row_for(who) for order in own)
            pages[clerk, self.lists[who]] = listed(order.row_for(clerk) for order in own)
        return pages

    def look(self, who, address, shown):
        """Read the page with the last ETag: 304 exactly when it is as it was then."""
        etag, was = self.seen[who, address][-1] if self.seen[who, address] else ('"none"', None)
        response = self.clients[who].get(address, headers={"If-None-Match": etag})
        if shown is None:
            assert_refused(response, (404, {"code": "not_found"}))
        elif shown == was:
            assert_same((response.status_code, response.headers.get("ETag")), (304, etag))
        else:
            assert_same(response.status_code, 200)
            self.note(who, address, response)

    def questions_of_a_look(self, who, address, shown):
        """Read the page, and return how often the database was asked for rows of the shop."""
        with CaptureQueriesContext(connection) as queries:
            self.look(who, address, shown)
        return len([query for query in queries if "orders_" in query["sql"] or "catalog_" in query["sql"]])

    def note(self, who, address, response):
        """Compare a body with what the model shows, and its ETag with those of other bodies."""
        shown = self.pages()[who, address]
        etag = response.headers.get("ETag")
        assert_same(like(response.json(), shown[1]), shown[1])
        assert_same([was for known, was in self.seen[who, address] if known == etag and was != shown], [])
        self.seen[who, address].append((etag, shown))


def address_of(row):
    return f"{ORDERS if isinstance(row, shop_model.Order) else PRODUCTS}{row.pk}/"


def listed(rows):
    rows = list(rows)
    body = {"count": len(rows), "next": None, "previous": None, "results": [body for _version, body in rows]}
    return [version for version, _body in rows], body


def picked(things, pick):
    things = list(things)
    return things[pick % len(things)]


def assert_refused(response, refusal):
    status, members = refusal
    assert_same((response.status_code, like(in_order(response.json()), members)), (status, members))


def in_order(problem):
    """Return the problem with the lines by product: their order is not promised."""
    if "details" not in problem:
        return problem
    return {**problem, "details": sorted(problem["details"], key=lambda line: line["product_id"])}


def assert_outdated(response, present):
    assert_refused(response, (412, {"code": "precondition_failed", "etag": present}))
    assert_same(response.headers.get("ETag"), present)


def assert_same(found, expected):
    assert found == expected, f"{found} instead of {expected}"


def like(told, expected):
    """Return of what was told the members that are expected; the schema knows about the others."""
    if isinstance(expected, dict) and isinstance(told, dict):
        return {name: like(told[name], value) for name, value in expected.items() if name in told}
    if isinstance(expected, list) and isinstance(told, list) and len(told) == len(expected):
        return [like(*pair) for pair in zip(told, expected, strict=True)]
    return told
