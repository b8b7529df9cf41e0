"""A small shop seen through two processes, and what everybody should see of it."""

from contextlib import nullcontext
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

import time_machine
from django.conf import settings
from django.db import connection
from rest_framework.test import APIClient

from apps.catalog.models import Category, Product
from apps.catalog.tests.factories import make_category, make_product
from apps.orders.models import Order
from apps.users.tokens import pair_for
from tests.support.cache_contents import without_cache

ORDERS, PRODUCTS, CATEGORIES = "/api/v1/orders/", "/api/v1/products/", "/api/v1/categories/"
STOCK = 1000
HERE, THERE = "here", "there"
_numbers = count(1)


class Page(NamedTuple):
    """An address, and who reads it."""

    reader: str
    address: str

    @property
    def seconds(self):
        """How old the page may become, whatever happens."""
        is_public = self.reader == "anyone"
        return settings.CATALOG_CACHE_SECONDS if is_public else settings.ORDERS_CACHE_SECONDS


class Answer(NamedTuple):
    """What a reader was shown. An error's body names its request, so it is left out."""

    status: int
    etag: str | None
    body: bytes


@dataclass(frozen=True)
class Person:
    """A reader, in both processes."""

    client: APIClient
    headers: dict[str, str]


class Window:
    """Categories, products and orders of one customer, seen by anyone, the customer and a clerk."""

    def __init__(self, make_user, anyone, second):
        number = next(_numbers)
        self._second, self._texts = second, count(1)
        self.hall = make_category(name=f"Hall {number}")
        self.shelf = make_category(name=f"Shelf {number}", parent=self.hall)
        self.products = [
            make_product(name=f"Ware {number}.{place}", category=self.shelf, stock=STOCK)
            for place in range(3)
        ]
        self.anna = make_user(username=f"anna{number}")
        clerk = make_user(username=f"clerk{number}", is_staff=True, is_superuser=True)
        self._people = {
            "anyone": Person(anyone, {}),
            "anna": _signed_in(self.anna),
            "clerk": _signed_in(clerk),
        }
        self.orders = []  # ids
        self._etags = {}  # by page: that of the answer that was seen last

    def pages(self):
        """List the pages; what somebody else can see of them is not among them."""
        shelf = f"{PRODUCTS}?category={self.shelf.pk}"
        orders = [f"{ORDERS}{order}/" for order in self.orders[-2:]]
        public = [
            shelf,
            f"{shelf}&in_stock=true&ordering=-price",
            f"{shelf}&search=ware&count=false",
            *(f"{PRODUCTS}{product.pk}/" for product in self.products[-2:]),
            f"{CATEGORIES}?parent={self.hall.pk}",
            f"{CATEGORIES}{self.shelf.pk}/",
        ]
        own = [ORDERS, f"{ORDERS}?status=pending", *orders]
        staff = [f"/api/v1/admin/orders/?user={self.anna.pk}", *orders, f"{shelf}&is_active=false"]
        return [
            *(Page("anyone", address) for address in public),
            *(Page("anna", address) for address in own),
            *(Page("clerk", address) for address in staff),
        ]

    def new(self, what):
        """Return a text that stood nowhere before."""
        return f"{what} {self.shelf.pk}.{next(self._texts)}"

    def change_all(self):
        """Change something of all pages, in bulk."""
        Category.objects.filter(pk=self.shelf.pk).update(name=self.new("Shelf"))
        Product.objects.filter(category=self.shelf).update(description=self.new("Of it"))
        Order.objects.filter(user=self.anna).update(tracking_number=self.new("EM"))

    def change_all_by_sql(self):
        """Do it past everything that could tell the cache."""
        shelf, anna = self.shelf.pk, self.anna.pk
        with connection.cursor() as cursor:
            cursor.execute("UPDATE catalog_category SET name = %s WHERE id = %s", [self.new("Shelf"), shelf])
            cursor.execute(
                "UPDATE orders_order SET tracking_number = %s WHERE user_id = %s", [self.new("EM"), anna]
            )

    def send(self, where, name, method, path, body=None, *, now=None, **headers):
        """Send a request to one of the processes, at the given time."""
        person = self._people[name]
        if where == THERE:
            return self._second.send(method, path, body, now=now, **person.headers, **headers)
        with time_machine.travel(now) if now else nullcontext():
            return getattr(person.client, method.lower())(path, body, headers=headers)

    def truth(self, page):
        """Return what the database says: the page as it is built when there is no cache."""
        with without_cache():
            return _answer(self.send(HERE, page.reader, "GET", page.address))

    def ask(self, where, page, *, now=None):
        """Return what the process shows."""
        return _answer(self.send(where, page.reader, "GET", page.address, now=now))

    def look(self, page, *places, now=None):
        """Read the page in the processes, in this order, and compare: a 304 means the present answer only."""
        truth = self.truth(page)
        known = self._etags.get(page)
        for where in places:
            headers = {"If-None-Match": known} if known else {}
            seen = _answer(self.send(where, page.reader, "GET", page.address, now=now, **headers))
            expected = Answer(304, known, b"") if known and known == truth.etag else truth
            assert seen == expected, f"{page} {where}: {seen} instead of {expected}"
            known = None if known else truth.etag  # with it, or without, in turns
        self._etags[page] = truth.etag


def _answer(response):
    is_known = response.status_code in {200, 304}
    return Answer(
        response.status_code, response.headers.get("ETag"), bytes(response.content) if is_known else b""
    )


def _signed_in(user):
    headers = {"Authorization": f"Bearer {pair_for(user)['access']}"}
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=headers["Authorization"])
    return Person(client, headers)
