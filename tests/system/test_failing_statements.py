"""Whichever statement of a write fails, or kills its process: nothing of it is left, and it can be repeated.

A new writing endpoint gets a row in WRITES.
"""

import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from django.db import Error, OperationalError, ProgrammingError
from rest_framework.test import APIClient

from apps.catalog.models import Product, ProductImage
from apps.catalog.tests.factories import make_category, make_image, make_product
from apps.delivery.models import SavedAddress
from apps.delivery.tests.factories import make_saved_address
from apps.jobs.models import Job
from apps.jobs.tests.factories import make_job
from apps.orders.models import Order
from apps.orders.tests.factories import make_order_in
from apps.payments.models import Payment, Refund
from apps.users.models import LoginFailures, Session, User
from apps.users.tokens import StoreRefreshToken
from conftest import PASSWORD, signed_in
from tests.contract.access_table import TABLE
from tests.support.email_tokens import address_token, reset_token
from tests.support.faults import all_rows, at_statement
from tests.support.parameters import some, spread
from tests.support.payments_by_hand import payment_of, refund_of
from tests.support.processes import in_child

pytestmark = pytest.mark.django_db(transaction=True)

ORDER = "orders/{order}/"
OTHER_POSTS = {  # one reads alone; the other has a provider called: apps/payments/tests
    ("POST", "orders/quote/"),
    ("POST", "orders/{order}/payments/{payment}/refresh/"),
}


@dataclass(frozen=True)
class Shop:
    """What a write finds."""

    product: Product
    order: Order
    job: Job
    customer: User
    session: Session
    refresh: str
    reset: str
    verify: str
    address: SavedAddress
    images: list[ProductImage]

    @property
    def ids(self) -> dict[str, Any]:
        return {
            "product": self.product.pk,
            "category": self.product.category_id,
            "order": self.order.pk,
            "job": self.job.pk,
            "session": self.session.pk,
            "address": self.address.pk,
            "image": self.images[0].pk,
        }


@dataclass(frozen=True)
class Write:
    """A request that changes something; `body` may need what is in the shop."""

    method: str
    path: str
    by: str
    body: Callable[[Shop], dict[str, Any]] = lambda _shop: {}
    query: str = ""
    order_in: str = "pending"
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        move = f" {self.order_in} → {self.body(None)['status']} by {self.by}" if self.path == ORDER else ""
        return f"{self.method} {self.path}{self.query}{move}"


def move(order_in: str, status: str, *, by: str = "staff") -> Write:
    return Write("PATCH", ORDER, by, lambda _shop: {"status": status}, order_in=order_in)


REGISTRATION = {"username": "olga", "email": "olga@example.com", "password": "correct-horse-battery"}
MINE = {"password": PASSWORD}
ADDRESS = {"name": "Olga", "country": "RU", "city": "Pskov", "postal_code": "180000", "line1": "Lenina, 1"}
PRODUCT = {"name": "Green tea", "sku": "TEA-1", "price": "4.50"}
WRITES = [
    Write("POST", "auth/register/", "anonymous", lambda _shop: REGISTRATION),
    Write("POST", "auth/login/", "anonymous", lambda shop: {"username": shop.customer.username, **MINE}),
    Write("POST", "auth/refresh/", "anonymous", lambda shop: {"refresh": shop.refresh}),
    Write("POST", "auth/logout/", "customer"),
    Write("POST", "auth/logout-all/", "customer"),
    Write("DELETE", "auth/sessions/{session}/", "customer"),
    Write("PATCH", "auth/me/", "customer", lambda _shop: {"first_name": "Olga"}),
    Write("DELETE", "auth/me/", "customer", lambda _shop: MINE),
    Write(
        "POST",
        "auth/password/change/",
        "customer",
        lambda _shop: {"old_password": PASSWORD, "new_password": "another-horse"},
    ),
    Write("POST", "auth/password/reset/", "anonymous", lambda shop: {"email": shop.customer.email}),
    Write(
        "POST",
        "auth/password/reset/confirm/",
        "anonymous",
        lambda shop: {"token": shop.reset, "new_password": "another-horse"},
    ),
    Write("POST", "auth/email/verify/", "anonymous", lambda shop: {"token": shop.verify}),
    Write("POST", "auth/email/verify/resend/", "customer"),
    Write("POST", "auth/email/change/", "customer", lambda _shop: {**MINE, "new_email": "moved@example.com"}),
    Write("POST", "auth/me/addresses/", "customer", lambda _shop: {**ADDRESS, "is_default_shipping": True}),
    Write("PATCH", "auth/me/addresses/{address}/", "customer", lambda _shop: {"is_default_shipping": True}),
    Write("DELETE", "auth/me/addresses/{address}/", "customer"),
    Write("POST", "categories/", "staff", lambda shop: {"name": "Tea", "parent": shop.ids["category"]}),
    Write("PUT", "categories/{category}/", "staff", lambda _shop: {"name": "Tea", "parent": None}),
    Write("PATCH", "categories/{category}/", "staff", lambda _shop: {"parent": None}),
    Write("DELETE", "categories/{category}/", "staff"),
    Write("DELETE", "categories/{empty}/", "staff", query="?hard=true"),
    Write(
        "POST", "products/", "staff", lambda shop: {**PRODUCT, "category": shop.ids["category"], "stock": 3}
    ),
    Write("PUT", "products/{product}/", "staff", lambda shop: {**PRODUCT, "category": shop.ids["category"]}),
    Write("PATCH", "products/{product}/", "staff", lambda _shop: {"price": "4.60"}),
    Write("DELETE", "products/{product}/", "staff"),
    Write(
        "POST",
        "admin/products/{product}/stock-movements/",
        "staff",
        lambda _shop: {"delta": 5, "reason": "delivery"},
        headers={"Idempotency-Key": "movement-1"},
    ),
    Write(
        "POST",
        "admin/products/{product}/images/",
        "staff",
        lambda _shop: {"url": "https://example.com/a.png"},
    ),
    Write("PATCH", "admin/products/{product}/images/{image}/", "staff", lambda _shop: {"alt_en": "Tea"}),
    Write("DELETE", "admin/products/{product}/images/{image}/", "staff"),
    Write(
        "POST",
        "admin/products/{product}/images/order/",
        "staff",
        lambda shop: {"ids": [image.pk for image in reversed(shop.images)]},
    ),
    Write(
        "POST",
        "admin/products/bulk/",
        "staff",
        lambda shop: {
            "on_error": "reject_all",
            "products": [
                {**PRODUCT, "category": shop.ids["category"], "stock": 3},
                {"sku": shop.product.sku, "price": "4.60"},
            ],
        },
        headers={"Idempotency-Key": "bulk-1"},
    ),
    Write(
        "POST",
        "admin/stock/bulk/",
        "staff",
        lambda shop: {"reason": "delivery", "rows": [{"sku": shop.product.sku, "delta": 5}]},
        headers={"Idempotency-Key": "stock-1"},
    ),
    Write(
        "POST",
        "orders/",
        "customer",
        lambda shop: {"items": [{"product_id": shop.product.pk, "quantity": 2}]},
        headers={"Idempotency-Key": "order-1"},
    ),
    Write("PATCH", "admin/orders/{order}/", "staff", lambda _shop: {"staff_note": "Call first"}),
    Write("POST", "admin/jobs/{job}/retry/", "staff"),
    Write("POST", "orders/{order}/payments/", "customer", lambda _shop: {"method": "manual"}),
    Write("POST", "orders/{payment.order_id}/payments/{payment.uid}/cancel/", "customer"),
    Write(
        "POST",
        "admin/orders/{order}/payments/",
        "staff",
        lambda _shop: {"method": "manual", "amount": "1.00"},
        headers={"Idempotency-Key": "payment-1"},
    ),
    Write(
        "POST",
        "admin/orders/{refund.order_id}/refunds/",
        "staff",
        lambda _shop: {"amount": "0.50", "reason": "goodwill"},
        headers={"Idempotency-Key": "refund-1"},
    ),
    *[
        Write("POST", f"admin/refunds/{{refund.uid}}/{end}/", "staff", headers={"Idempotency-Key": end})
        for end in ("confirm", "fail")
    ],
    Write(
        "POST",
        "payments/callbacks/yookassa/",
        "anonymous",
        lambda _shop: {"type": "notification", "event": "payment.succeeded", "object": {"id": "22e12f66"}},
    ),
    move("pending", "cancelled", by="customer"),
    move("pending", "processing"),
    move("pending", "cancelled"),
    move("processing", "shipped"),
    move("processing", "cancelled"),
    move("shipped", "delivered"),
]

BY_HAND: dict[str, Callable[[User], Payment | Refund]] = {"payment": payment_of, "refund": refund_of}
FAILURES: dict[str, tuple[type[Error], tuple[int, str, str | None]]] = {
    "database away": (OperationalError, (503, "unavailable", "5")),
    "fault": (ProgrammingError, (500, "server_error", None)),
}
# Of those that fail, nothing is left by the same transaction.
DEADLY = some(WRITES, of=8)


@pytest.fixture
def send(customer: User, staff: User, settings) -> Callable[[Write], Callable[[], int]]:
    """Return a function that prepares a shop for a write, and returns how to send it."""
    settings.STORE_EMBEDDED = True  # the broker is no part of this
    settings.SHIPPING_API_URL = "http://127.0.0.1:9/"

    def prepare(write: Write) -> Callable[[], Any]:
        product = make_product(stock=100, category=make_category(parent=make_category()))
        order = make_order_in(write.order_in, customer, {product: 1}, moved_by=staff)
        session = Session.objects.open(customer)
        shop = Shop(
            product,
            order,
            make_job(status="failed"),
            customer,
            session,
            refresh=str(StoreRefreshToken.of(session)),
            reset=reset_token(customer),
            verify=address_token(customer, customer.email),
            address=make_saved_address(customer),
            images=[make_image(product), make_image(product)],
        )
        ids = {name: make(customer) for name, make in BY_HAND.items() if f"{{{name}." in write.path}
        if "callbacks" in write.path:
            Payment.objects.filter(pk=payment_of(customer).pk).update(
                provider="yookassa", provider_id="22e12f66"
            )
        address = write.path.format(**shop.ids, **ids, empty=make_category().pk)
        client = {"anonymous": APIClient(), "customer": signed_in(customer), "staff": signed_in(staff)}[
            write.by
        ]
        client.raise_request_exception = False
        return lambda: client.generic(
            write.method,
            f"/api/v1/{address}{write.query}",
            json.dumps(write.body(shop)),
            content_type="application/json",
            headers=write.headers,
        )

    return prepare


@pytest.mark.parametrize(("write", "failure"), spread(WRITES, list(FAILURES)))
def test_failure_of_any_statement_leaves_nothing_behind(send, write: Write, failure: str):
    error, answer = FAILURES[failure]

    def fail() -> None:
        raise error("nothing more")

    request = send(write)
    before = rows_but_attempts()
    for number in count(1):
        with at_statement(number, fail) as statements:
            response = request()
        if len(statements) < number:
            break
        code = response.json()["code"]
        assert (response.status_code, code, response.headers.get("Retry-After")) == answer, statements
        assert rows_but_attempts() == before, statements

    assert response.status_code in {200, 201, 202, 204}
    assert all_rows() != before
    assert number > 2


@pytest.mark.postgres
@pytest.mark.parametrize("write", DEADLY)
def test_death_of_the_process_at_any_statement_leaves_nothing_behind(send, write: Write):
    request = send(write)
    before = rows_but_attempts()
    for number in count(1):
        exit_code = in_child(lambda number=number: killed_at(number, request))
        if exit_code != -signal.SIGKILL:
            break
        assert rows_but_attempts() == before, number

    assert exit_code == 0
    assert all_rows() != before
    assert number > 2


def test_every_write_of_the_api_stands_in_the_table():
    writes = {call for call in TABLE if call[0] != "GET"} - OTHER_POSTS
    names = {"empty": "category", "payment.order_id": "order", "refund.order_id": "order"}
    names |= {"payment.uid": "payment", "refund.uid": "refund"}
    covered = set()
    for write in WRITES:
        path = write.path.replace("callbacks/yookassa", "callbacks/{provider}")
        for name, row in names.items():
            path = path.replace(f"{{{name}}}", f"{{{row}}}")
        covered.add((write.method, path))

    assert covered == writes


def rows_but_attempts() -> dict[str, list[str]]:
    """Forget the attempts to log in, which are counted on purpose at once; return what is left."""
    LoginFailures.objects.all().delete()
    return all_rows()


def killed_at(number: int, request: Callable[[], Any]) -> int:
    with at_statement(number, lambda: os.kill(os.getpid(), signal.SIGKILL)):
        return 0 if request().status_code in {200, 201, 202, 204} else 1
