"""A call for each registered problem that is answered with it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError, connection
from django.utils import timezone
from psycopg.errors import ForeignKeyViolation
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_image, make_product, make_products
from apps.catalog.tests.pictures import picture
from apps.core.api.problems.unreadable_requests import response_to_unreadable
from apps.delivery.models import MAX_SAVED_ADDRESSES
from apps.delivery.tests.factories import make_saved_address
from apps.jobs.models import CircuitState, Job
from apps.orders.models import Order
from apps.orders.tests.checkout_shop import make_method, make_payment_method
from apps.orders.tests.factories import make_order, make_order_in
from apps.payments.tests.scripted_provider import ScriptedProvider
from apps.users.login_throttling import ACCOUNT
from apps.users.models import User
from conftest import PASSWORD, signed_in
from online_store.env import Rate

ORDERS = "/api/v1/orders/"


PRODUCTS = "/api/v1/products/"


LOGIN = "/api/v1/auth/login/"


ADDRESSES = "/api/v1/auth/me/addresses/"
MOSCOW = {"name": "Анна", "country": "RU", "city": "Москва", "postal_code": "101000", "line1": "Арбат, 1"}


class World:
    """Who sends the requests."""

    def __init__(self, make_user: Callable[..., User]) -> None:
        self.anyone = APIClient(raise_request_exception=False)
        self.user, self.boss = make_user(), make_user(is_staff=True, is_superuser=True)
        self.customer, self.staff = signed_in(self.user), signed_in(self.boss)

    def order(self, quantities: dict[Any, int], **more: Any) -> Any:
        items = [{"product_id": product.pk, "quantity": number} for product, number in quantities.items()]
        return self.customer.post(ORDERS, {"items": items, **more})

    def keyed(self, key: str, quantity: int, product: Any) -> Any:
        items = [{"product_id": product.pk, "quantity": quantity}]
        return self.customer.post(ORDERS, {"items": items}, headers={"Idempotency-Key": key})

    def log_in(self, **login: str) -> Any:
        return self.anyone.post(LOGIN, {"username": self.user.username, "password": PASSWORD, **login})


class Locked(Exception):
    """What PostgreSQL says when the lock_timeout is over."""

    sqlstate = "55P03"


def refusing(error: Exception, *, cause: Exception | None = None, table: str = "") -> Any:
    """Fail every statement that speaks of the table."""

    def refuse(execute: Any, sql: str, *arguments: Any) -> Any:
        if table in sql:
            raise error from cause
        return execute(sql, *arguments)

    return connection.execute_wrapper(refuse)


def category_not_empty(world: World) -> Any:
    return world.staff.delete(f"/api/v1/categories/{make_product().category_id}/?hard=true")


def conflict(world: World) -> Any:
    collision = IntegrityError("outside")
    with refusing(collision, cause=ForeignKeyViolation("inside"), table="audit_auditentry"):
        return world.staff.post("/api/v1/categories/", {"name": "Tea"})


def idempotency_key_required(world: World) -> Any:
    with patch("django.conf.settings.ORDERS_NEED_IDEMPOTENCY_KEY", True):
        return world.order({make_product(): 1})


def idempotency_key_reused(world: World) -> Any:
    product = make_product()
    world.keyed("one", 1, product)
    return world.keyed("one", 2, product)


def invalid_transition(world: World) -> Any:
    order = make_order_in("shipped", world.user, moved_by=world.boss)
    return world.staff.patch(f"{ORDERS}{order.pk}/", {"status": "cancelled"})


def invoice_failed(world: World) -> Any:
    order = make_order(world.user)
    Job.objects.filter(kind="invoice").update(status="failed")
    return world.customer.get(f"{ORDERS}{order.pk}/invoice/")


def job_not_failed(world: World) -> Any:
    make_order(world.user)
    return world.staff.post(f"/api/v1/admin/jobs/{Job.objects.latest('pk').pk}/retry/")


def image_limit(world: World) -> Any:
    product = make_product()
    for number in range(20):
        make_image(product, position=number)
    return added_image(world, product, picture(format="PNG"))


def added_image(world: World, product: Any, content: bytes) -> Any:
    upload = {"file": SimpleUploadedFile("tea.png", content)}
    return world.staff.post(f"/api/v1/admin/products/{product.pk}/images/", upload, format="multipart")


def quantity_too_large(world: World) -> Any:
    line = {"product_id": make_product().pk, "quantity": 10_000}
    return world.customer.post(ORDERS, {"items": [line, line]})


def request_in_progress(world: World) -> Any:
    product = make_product()
    with refusing(
        OperationalError("canceling statement"), cause=Locked(), table="idempotency_storedresponse"
    ):
        return world.keyed("one", 1, product)


def server_error(world: World) -> Any:
    with refusing(RuntimeError("password=hunter2")):
        return world.anyone.get(PRODUCTS)


def moved_stock(world: World, **movement: Any) -> Any:
    product = make_product(stock=2)
    return world.staff.post(
        f"/api/v1/admin/products/{product.pk}/stock-movements/", {"reason": "counted", **movement}
    )


def bulk_rejected(world: World) -> Any:
    body = {"reason": "counted", "rows": [{"sku": "none such", "delta": 1}]}
    return world.staff.post("/api/v1/admin/stock/bulk/", body, headers={"Idempotency-Key": "one"})


def email_unverified(world: World) -> Any:
    with patch("django.conf.settings.ORDERS_NEED_VERIFIED_EMAIL", True):
        return world.order({make_product(): 1})


def mailed_token_invalid(world: World) -> Any:
    return world.anyone.post("/api/v1/auth/email/verify/", {"token": "x"})


def session_revoked(world: World) -> Any:
    world.customer.post("/api/v1/auth/logout/")
    return world.customer.get(ORDERS)


def staff_account(world: World) -> Any:
    return world.staff.delete("/api/v1/auth/me/", {"password": PASSWORD})


def token_expired(world: World) -> Any:
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        return world.customer.get(ORDERS)


def with_setting(name: str) -> Callable[[World], Any]:
    def provoke(world: World) -> Any:
        with patch(f"django.conf.settings.{name}", True):
            return world.order({make_product(): 1})

    return provoke


def delivered(world: World, *, kind: str = "courier", **more: Any) -> Any:
    """Order by a method of the kind, which costs 350.00 in Russia and carries 10 kg."""
    make_method(kind, max_weight_g=10_000, carrier="boxes")
    product = make_product(stock=100)
    product.weight_g = 500
    product.save()
    quantity = more.pop("quantity", 1)
    return world.order({product: quantity}, delivery={"method": kind}, **more)


def too_many_addresses(world: World) -> Any:
    for _number in range(MAX_SAVED_ADDRESSES):
        make_saved_address(world.user)
    return world.customer.post(ADDRESSES, MOSCOW)


def too_many_attempts(world: World) -> Any:
    for _attempt in range(ACCOUNT.failures):
        world.log_in(password="another-one")
    return world.log_in(password="another-one")


def too_many_requests(world: World) -> Any:
    with patch.dict("django.conf.settings.THROTTLES", user=Rate(1, 3600)):
        world.customer.get(ORDERS)
        return world.customer.get(ORDERS)


def transition_forbidden(world: World) -> Any:
    return world.customer.patch(f"{ORDERS}{make_order(world.user).pk}/", {"status": "processing"})


def unreadable(status: int) -> Any:
    """Return what gunicorn answers by itself; tests/contract/test_unreadable_requests.py has it do so."""
    response: Any = response_to_unreadable(status)
    response.json = lambda: json.loads(response.content)
    return response


def paying(world: World, order: Order, method: str = "manual", **more: Any) -> Any:
    return world.customer.post(f"{ORDERS}{order.pk}/payments/", {"method": method, **more})


def recorded(world: World, order: Order, what: str, **body: str) -> Any:
    address, headers = f"/api/v1/admin/orders/{order.pk}/{what}/", {"Idempotency-Key": what}
    return world.staff.post(address, {"amount": "1.00", **body}, headers=headers)


def payment_refused(world: World) -> Any:
    make_payment_method("card", provider="emulator")
    provider = ScriptedProvider()
    provider.refuses.add("create")
    named = "apps.payments.services.starting.provider_named"
    with patch("django.conf.settings.PAYMENT_PROVIDERS", ["emulator"]), patch(named, lambda code: provider):
        return paying(world, make_order(world.user), "card")


def provider_unavailable(world: World) -> Any:
    paused_until = timezone.now() + timedelta(seconds=30)
    CircuitState.objects.create(name="provider:manual", failures=5, paused_until=paused_until)
    return paying(world, make_order(world.user))


def payment_state(world: World) -> Any:
    order = make_order(world.user)
    address = f"{ORDERS}{order.pk}/payments/{paying(world, order).json()['id']}/cancel/"
    world.customer.post(address)
    return world.customer.post(address)


def refund_state(world: World) -> Any:
    order = make_order(world.user)
    recorded(world, order, "payments", method="manual")
    (refund,) = recorded(world, order, "refunds", reason="goodwill").json()["refunds"]
    answers = [
        world.staff.post(f"/api/v1/admin/refunds/{refund['id']}/{end}/", {}, headers={"Idempotency-Key": end})
        for end in ("confirm", "fail")
    ]
    return answers[1]


def unavailable(world: World) -> Any:
    with refusing(OperationalError("connection refused")):
        return world.anyone.get(PRODUCTS)


PROVOKED: dict[str, Callable[[World], Any]] = {
    "address_required": delivered,
    "bad_request": lambda world: world.anyone.get(PRODUCTS, HTTP_HOST="evil.example"),
    "body_too_large": lambda world: world.log_in(password="x" * (512 * 1024)),
    "bulk_rejected": bulk_rejected,
    "category_not_empty": category_not_empty,
    "conflict": conflict,
    "coupon_invalid": lambda world: world.order({make_product(): 1}, coupon="NONE"),
    "delivery_required": with_setting("ORDERS_NEED_DELIVERY"),
    "delivery_too_heavy": lambda world: delivered(world, quantity=21, shipping_address=MOSCOW),
    "delivery_unavailable": lambda world: world.order({make_product(): 1}, delivery={"method": "drone"}),
    "email_unverified": email_unverified,
    "idempotency_key_invalid": lambda world: world.keyed("", 1, make_product()),
    "idempotency_key_required": idempotency_key_required,
    "header_fields_too_large": lambda world: unreadable(431),
    "idempotency_key_reused": idempotency_key_reused,
    "image_invalid": lambda world: added_image(world, make_product(), b"GIF89a"),
    "image_limit": image_limit,
    "insufficient_stock": lambda world: world.order({make_product(stock=2): 5}),
    "invalid_credentials": lambda world: world.log_in(password="another-one"),
    "invalid_query": lambda world: world.anyone.get(f"{PRODUCTS}?serch=tea"),
    "invalid_transition": invalid_transition,
    "invoice_failed": invoice_failed,
    "job_not_failed": job_not_failed,
    "mailed_token_invalid": mailed_token_invalid,
    "method_not_allowed": lambda world: world.anyone.get(LOGIN),
    "not_acceptable": lambda world: world.anyone.get(PRODUCTS, HTTP_ACCEPT="text/html"),
    "not_authenticated": lambda world: world.anyone.get(ORDERS),
    "not_found": lambda world: world.anyone.get(f"{PRODUCTS}999/"),
    "parse_error": lambda world: world.anyone.post(LOGIN, "{", content_type="application/json"),
    "payment_method_required": with_setting("ORDERS_NEED_PAYMENT_METHOD"),
    "callback_invalid": lambda world: world.anyone.post("/api/v1/payments/callbacks/manual/", {}),
    "nothing_due": lambda world: paying(world, make_order(world.user, {make_product(price="0.00"): 1})),
    "order_not_payable": lambda world: paying(
        world, make_order_in("cancelled", world.user, moved_by=world.boss)
    ),
    "payment_refused": payment_refused,
    "payment_state": payment_state,
    "provider_unavailable": provider_unavailable,
    "refund_exceeds_paid": lambda world: recorded(
        world, make_order(world.user), "refunds", reason="goodwill"
    ),
    "refund_state": refund_state,
    "return_url_not_allowed": lambda world: paying(
        world, make_order(world.user), return_url="https://evil.example/"
    ),
    "payment_method_unavailable": lambda world: world.order({make_product(): 1}, payment_method="barter"),
    "permission_denied": lambda world: world.customer.post(PRODUCTS, {}),
    "pickup_point_required": lambda world: delivered(world, kind="pickup_point", shipping_address=MOSCOW),
    "pickup_point_unavailable": lambda world: delivered(
        world,
        kind="pickup_point",
        shipping_address=MOSCOW,
        pickup_point={"provider": "boxes", "code": "none"},
    ),
    "precondition_failed": lambda world: world.anyone.get(PRODUCTS, headers={"If-Match": '"old"'}),
    "price_changed": lambda world: world.order({make_product(): 1}, expected_total="9.99"),
    "product_unavailable": lambda world: world.order({make_product(is_active=False): 1}),
    "quantity_step": lambda world: world.order({make_product(quantity_step=6): 1}),
    "quantity_too_large": quantity_too_large,
    "read_only": lambda world: world.staff.patch(f"{PRODUCTS}{make_product().pk}/", {"stock": 1}),
    "request_in_progress": request_in_progress,
    "server_error": server_error,
    "session_revoked": session_revoked,
    "staff_account": staff_account,
    "stock_changed": lambda world: moved_stock(world, count=5, last_seen=3),
    "stock_out_of_range": lambda world: moved_stock(world, delta=-3),
    "token_expired": token_expired,
    "token_invalid": lambda world: world.anyone.get(ORDERS, headers={"Authorization": "Bearer x"}),
    "too_many_addresses": too_many_addresses,
    "too_many_attempts": too_many_attempts,
    "too_many_requests": too_many_requests,
    "total_too_large": lambda world: world.order(
        dict.fromkeys(make_products(11, price="99999999.99", stock=10_000), 10_000)
    ),
    "transition_forbidden": transition_forbidden,
    "unavailable": unavailable,
    "unsupported_media_type": lambda world: world.anyone.post(LOGIN, "a=b", content_type="text/plain"),
    "uri_too_long": lambda world: unreadable(414),
    "validation_error": lambda world: world.customer.post(ORDERS, {}),
}
