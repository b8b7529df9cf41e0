"""An order that is sent again with its key is placed once, however the network stutters."""

import json
from datetime import timedelta
from threading import Event

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.core.tests.threads import at_once, rounds
from apps.idempotency.models import StoredResponse
from apps.idempotency.services import delete_expired_keys
from apps.jobs.models import Job
from apps.orders.models import Order
from apps.users.models import User
from conftest import signed_in

URL = "/api/v1/orders/"
HANDS = 100
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mug(db: None) -> Product:
    return make_product(stock=10)


def send(client: APIClient, product: Product, *, key: str | None = KEY, quantity: int = 2):
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(URL, {"items": [{"product_id": product.pk, "quantity": quantity}]}, headers=headers)


def test_second_sending_gets_the_first_answer_byte_for_byte(customer_api: APIClient, mug: Product):
    first = send(customer_api, mug)
    order = Order.objects.get()
    Order.objects.filter(pk=order.pk).update(tracking_number="changed meanwhile")
    second = send(customer_api, mug)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second.headers["Location"] == first.headers["Location"] == f"http://testserver{URL}{order.pk}/"
    assert second.headers["Content-Type"] == first.headers["Content-Type"] == "application/json"
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    mug.refresh_from_db()
    assert (mug.stock, Order.objects.count(), Job.objects.count()) == (8, 1, 2)
    kept = StoredResponse.objects.get()
    assert (kept.key, kept.status, kept.subject) == (KEY, 201, f"order:{order.pk}")


def test_answer_with_a_key_is_the_answer_without_one(customer_api: APIClient, mug: Product):
    bare, keyed = send(customer_api, mug, key=None), send(customer_api, mug)

    assert bare.json().keys() == keyed.json().keys()
    assert bare.headers["Content-Type"] == keyed.headers["Content-Type"]
    assert "X-Request-ID" in keyed.headers


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("abc", '"abc"'),
        ('"abc"', "abc"),
        ('"a\\"b\\\\c"', '"a\\"b\\\\c"'),
        (" abc ", "abc"),
        ("~" * 255,) * 2,
    ],
)
def test_key_is_read_quoted_or_bare(customer_api: APIClient, mug: Product, first: str, second: str):
    sent = send(customer_api, mug, key=first)
    again = send(customer_api, mug, key=second)

    assert (sent.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", " ", '""', "a b", "ключ", '"abc', 'a"b', '"a\\b"', "x" * 256, "a\tb"])
def test_unusable_key_is_refused(customer_api: APIClient, mug: Product, key: str):
    response = send(customer_api, mug, key=key)

    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_invalid")
    assert not Order.objects.exists()


def test_key_with_another_body_is_refused(customer_api: APIClient, mug: Product):
    send(customer_api, mug, quantity=2)

    response = send(customer_api, mug, quantity=3)

    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
    mug.refresh_from_db()
    assert (mug.stock, Order.objects.count()) == (8, 1)


def test_kept_answer_is_not_given_to_a_session_that_has_ended(
    customer: User, customer_api: APIClient, mug: Product
):
    send(customer_api, mug)
    signed_in(customer).post("/api/v1/auth/logout-all/")

    response = send(customer_api, mug)

    assert (response.status_code, response.json()["code"]) == (401, "session_revoked")
    assert send(signed_in(customer), mug).headers["Idempotent-Replayed"] == "true"


def test_key_for_another_address_is_refused(staff_api: APIClient, mug: Product):
    send(staff_api, mug)

    response = staff_api.post(
        f"/api/v1/admin/products/{mug.pk}/stock-movements/",
        {"delta": 1, "reason": "found"},
        headers={"Idempotency-Key": KEY},
    )

    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")


def test_same_body_in_other_white_space_is_the_same_request(customer_api: APIClient, mug: Product):
    send(customer_api, mug)
    body = json.dumps({"items": [{"quantity": 2, "product_id": mug.pk}]}, indent=4)

    again = customer_api.post(
        URL, data=body, content_type="application/json", headers={"Idempotency-Key": KEY}
    )

    assert again.headers["Idempotent-Replayed"] == "true"


def test_keys_of_two_customers_are_two_keys(
    customer_api: APIClient, other_customer_api: APIClient, mug: Product
):
    first, second = send(customer_api, mug), send(other_customer_api, mug)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]


def test_refused_order_keeps_no_key_and_can_be_sent_again(customer_api: APIClient, mug: Product):
    refused = send(customer_api, mug, quantity=11)
    after = StoredResponse.objects.count()
    Product.objects.filter(pk=mug.pk).update(stock=11)

    accepted = send(customer_api, mug, quantity=11)

    assert (refused.status_code, refused.json()["code"], after) == (400, "insufficient_stock", 0)
    assert accepted.status_code == 201
    assert "Idempotent-Replayed" not in accepted.headers


def test_invalid_body_keeps_no_key(customer_api: APIClient, mug: Product):
    assert send(customer_api, mug, quantity=0).status_code == 400

    assert send(customer_api, mug).status_code == 201


def test_key_is_kept_for_two_days(customer_api: APIClient, mug: Product):
    start = timezone.now()
    send(customer_api, mug)

    with time_machine.travel(start + timedelta(hours=47, minutes=59)):
        client = signed_in(User.objects.get(username=Order.objects.get().user.username))
        forgotten_early = delete_expired_keys()
        within = send(client, mug)
    with time_machine.travel(start + timedelta(hours=48, minutes=1)):
        client = signed_in(Order.objects.get().user)
        beyond = send(client, mug)

    assert forgotten_early == 0
    assert within.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in beyond.headers
    assert Order.objects.count() == 2


def test_expired_keys_are_deleted(customer_api: APIClient, mug: Product):
    send(customer_api, mug)

    with time_machine.travel(timezone.now() + timedelta(hours=49)):
        count = delete_expired_keys()

    assert (count, StoredResponse.objects.count()) == (1, 0)


def test_key_can_be_made_obligatory(customer_api: APIClient, mug: Product, settings):
    settings.ORDERS_NEED_IDEMPOTENCY_KEY = True

    refused, accepted = send(customer_api, mug, key=None), send(customer_api, mug)

    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_required")
    assert accepted.status_code == 201


def test_key_needs_a_customer(api: APIClient, mug: Product):
    assert send(api, mug).status_code == 401


@pytest.mark.postgres
def test_hundred_sendings_at_once_place_one_order(customer: User):
    clients = [signed_in(customer) for _ in range(HANDS)]
    for number in rounds(4):
        lamp = make_product(stock=1000)

        def buy(hand: int, product: Product = lamp, key: str = f"round-{number}") -> tuple[int, bytes]:
            response = send(clients[hand], product, key=key)
            return response.status_code, response.content

        answers = at_once(HANDS, buy)

        lamp.refresh_from_db()
        assert {status for status, _body in answers} == {201}
        assert len(set(answers)) == 1
        assert (lamp.stock, Order.objects.filter(items__product=lamp).count()) == (998, 1)


def test_sendings_at_once_place_one_order_on_any_database(customer: User, mug: Product):
    answers = at_once(4, lambda _hand: send(signed_in(customer), mug).content)

    assert len(set(answers)) == 1
    assert Order.objects.count() == 1


@pytest.mark.postgres
def test_sending_while_the_first_is_at_work_waits_only_briefly(customer: User, mug: Product):
    began, go_on = Event(), Event()

    def work_on_the_first() -> None:
        with transaction.atomic():
            StoredResponse.objects.create(user=customer, key=KEY, expires_at=timezone.now())
            began.set()
            go_on.wait(20)
            transaction.set_rollback(True)

    def send_again() -> tuple[APIClient, ...]:
        began.wait(20)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        early = send(signed_in(customer), mug)
        go_on.set()
        return early, send(signed_in(customer), mug)

    _nothing, (early, late) = at_once(2, lambda hand: (work_on_the_first, send_again)[hand]())

    assert (early.status_code, early.json()["code"]) == (409, "request_in_progress")
    assert early.headers["Retry-After"] == "1"
    assert (late.status_code, Order.objects.count()) == (201, 1)
