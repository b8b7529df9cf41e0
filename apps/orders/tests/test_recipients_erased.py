"""Addresses and notes of erased customers: gone from closed orders, kept in open ones until then."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product
from apps.core.tests.threads import at_once, rounds
from apps.delivery.models import ADDRESS_FIELDS
from apps.import_export.models import Export
from apps.import_export.tests.export_pages import downloaded, ordered
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs, run_job
from apps.orders.models import Cancellation, Order
from apps.orders.services import change_status, write_staff_note
from apps.orders.statuses import OrderStatus
from apps.orders.tests.checkout_shop import ADDRESS, make_method, make_point
from apps.orders.tests.factories import PATHS, moved
from apps.users.erasure import erase
from apps.users.models import User
from conftest import PASSWORD, signed_in
from tests.support.personal_traces import traces_of

ME, ORDERS = "/api/v1/auth/me/", "/api/v1/orders/"
RECIPIENT = {**ADDRESS, "name": "Канарейкина Ольга", "company": "Canary Ltd", "note": "Canary's door"}
NOTES = {"customer_note": "Canary's note", "gift_message": "Tweet, Canary"}
EMPTY = dict.fromkeys(ADDRESS_FIELDS, "")

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(make_user) -> User:
    return make_user(username="anna", email="anna@example.com")


def place(user: User, **body: Any) -> Order:
    """Place an order to the recipient, with notes."""
    items = [{"product_id": make_product(stock=5).pk, "quantity": 1}]
    body = {"items": items, "shipping_address": RECIPIENT, **NOTES, **body}
    return Order.objects.get(pk=signed_in(user).post(ORDERS, body).json()["id"])


def close(user: User) -> Any:
    return signed_in(user).delete(ME, {"password": PASSWORD})


def kept_of(order: Order) -> list[Any]:
    order = Order.objects.get(pk=order.pk)
    addresses = [
        {name: getattr(address, name) for name in ADDRESS_FIELDS} for address in order.addresses.all()
    ]
    return [*addresses, order.customer_note, order.gift_message]


@pytest.mark.parametrize("status", ["delivered", "cancelled"])
def test_closed_order_is_emptied_with_the_account(anna: User, staff: User, status: str):
    order = moved(place(anna, billing_address=RECIPIENT), *PATHS[status], by=staff)
    before = order.updated_at

    response = close(anna)

    assert (response.status_code, response.content) == (204, b"")
    assert kept_of(order) == [EMPTY, EMPTY, "", ""]
    assert Order.objects.get(pk=order.pk).updated_at > before
    run_due_jobs()
    assert [traces_of(text) for text in ("Canary", "Канарейк", "9123456789")] == [[], [], []]


@pytest.mark.parametrize("status", ["pending", "processing", "shipped"])
def test_open_order_keeps_what_delivers_it_until_it_is_closed(
    anna: User, staff: User, staff_api: APIClient, status: str
):
    order = moved(place(anna), *PATHS[status], by=staff)
    seed_order = Order.objects.get(
        pk=signed_in(anna)
        .post(ORDERS, {"items": [{"product_id": make_product().pk, "quantity": 1}]})
        .json()["id"]
    )
    before = kept_of(order)

    response = close(anna)

    assert (response.status_code, response.json()) == (200, {"open_orders": [order.pk], "documents": 0})
    assert kept_of(order) == before
    assert before[0] == {**EMPTY, **RECIPIENT, "phone": "+79123456789"}
    left = ("processing", "shipped", "delivered")[len(PATHS[status]) :]
    moved(order, *left, by=staff)
    moved(seed_order, "cancelled", by=staff)
    run_due_jobs()
    assert kept_of(order) == [EMPTY, "", ""]
    assert list(Job.objects.filter(kind="order_erasure").values_list("key", "status")) == [
        (f"order_erasure:{order.pk}", "done")
    ]
    assert staff_api.get(f"{ORDERS}{order.pk}/").json()["shipping_address"] == EMPTY
    assert [traces_of(text) for text in ("Canary", "Канарейк", "9123456789")] == [[], [], []]


def test_order_of_a_customer_who_is_there_keeps_everything(anna: User, staff: User):
    order = moved(place(anna), *PATHS["delivered"], by=staff)
    run_due_jobs()

    assert kept_of(order)[1:] == ["Canary's note", "Tweet, Canary"]
    assert not Job.objects.filter(kind="order_erasure").exists()


def test_job_does_nothing_to_open_orders_and_those_of_others_and_may_run_twice(anna: User, staff: User):
    order = place(anna)
    close(anna)
    moved(order, "cancelled", by=staff)
    job = Job.objects.get(kind="order_erasure")
    Order.objects.filter(pk=order.pk).update(status="pending")

    run_job(job.pk)
    assert kept_of(order)[1:] == ["Canary's note", "Tweet, Canary"]

    for _time in range(2):
        Job.objects.update(status="pending")
        Order.objects.filter(pk=order.pk).update(status="cancelled")
        run_job(job.pk)
        assert kept_of(order) == [EMPTY, "", ""]


def test_point_stays_and_its_recipient_goes(anna: User, staff: User):
    make_method("pickup_point", carrier="boxes", price="0.00")
    point = make_point()
    order = place(
        anna,
        delivery={"method": "pickup_point"},
        pickup_point={"provider": point.provider, "code": point.code},
    )
    moved(order, "cancelled", by=staff)

    close(anna)

    address = order.addresses.get()
    assert (address.name, address.phone, address.pickup_point["code"]) == ("", "", "MSK1")


def test_what_staff_wrote_about_the_recipient_is_emptied_and_the_rest_stays(anna: User, staff: User):
    texts = {
        "Спросить КАНАРЕЙКИНА": "",
        "call 8 (912) 345-67-89": "",
        "call 89123456789": "",
        "call +7 912 345 67 89": "",
        "of canary ltd": "",
        "Fragile": "Fragile",
    }
    orders = {}
    for text in texts:
        orders[text] = order = place(anna)
        change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff, comment=text)
        write_staff_note(order_id=order.pk, note=text, written_by=staff)
        Cancellation.objects.filter(order=order).update(note=text)

    close(anna)

    for text, left in texts.items():
        order = Order.objects.get(pk=orders[text].pk)
        assert [
            order.status_changes.last().comment,
            order.staff_note,
            order.cancellations.get().note,
        ] == [left] * 3
    emptied = [text for text, left in texts.items() if not left]
    assert {text: traces_of(text) for text in emptied} == dict.fromkeys(emptied, [])


def test_own_cancellation_note_goes_and_a_confirmed_address_is_struck_out_elsewhere(
    anna: User, other_customer: User, staff: User
):
    own, foreign = place(anna), place(other_customer)
    for order, by in ((own, anna), (foreign, staff)):
        change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=by)
        order.cancellations.update(note="As anna@example.com said")
        Order.objects.filter(pk=order.pk).update(staff_note="As anna@example.com said")
    User.objects.filter(pk=anna.pk).update(email_verified_at=own.created_at)

    close(anna)

    notes = [
        (order.cancellations.get().note, Order.objects.get(pk=order.pk).staff_note)
        for order in (own, foreign)
    ]
    assert notes == [("", ""), ("As … said", "As … said")]
    assert kept_of(foreign)[1] == "Canary's note"


def test_export_that_names_the_recipient_is_written_anew_when_the_order_is_closed(
    client, anna: User, staff: User
):
    order = place(anna)
    client.force_login(staff)
    close(anna)
    export = ordered(client, "orders_order", "orders")
    run_due_jobs()
    moved(order, "cancelled", by=staff)
    assert "Канарейк" in downloaded(client, export).decode()

    run_due_jobs()
    run_due_jobs()  # the file, which the first had begun anew

    export.refresh_from_db()
    assert export.finished_at
    assert "Канарейк" not in downloaded(client, export).decode()


@pytest.mark.parametrize("search", ["89123456789", "+7 912 345-67-89", "912 345 67 89"])
def test_export_of_a_search_for_the_phone_goes_when_the_order_is_closed(
    client, anna: User, staff: User, search: str
):
    order = place(anna)
    client.force_login(staff)
    close(anna)
    ordered(client, "orders_order", "orders", urlencode({"q": search}))
    moved(order, "cancelled", by=staff)

    run_due_jobs()

    assert not Export.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_kept_reads_go_when_the_order_is_closed(anna: User, staff: User, staff_api: APIClient):
    order = place(anna)
    close(anna)
    shown = staff_api.get(f"{ORDERS}{order.pk}/").json()["shipping_address"]["name"]
    moved(order, "cancelled", by=staff)

    run_due_jobs()

    assert shown == RECIPIENT["name"]
    assert traces_of("Канарейк") == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", ["cancelled", "delivered"])
def test_whoever_closes_an_order_while_its_customer_is_erased_leaves_nothing(
    make_user, staff: User, status: str, caplog
):
    for number in rounds(5):
        user = make_user(username=f"anna-{number}", email=f"anna-{number}@example.com")
        order = moved(place(user), *PATHS[status][:-1], by=staff)
        by = user if status == "cancelled" else staff

        def act(hand: int, order: Order = order, user: User = user, by: User = by) -> Any:
            if hand:
                return close(user)
            return change_status(order_id=order.pk, new_status=OrderStatus(status), changed_by=by)

        _moved, closed = at_once(2, act)
        run_due_jobs()

        assert closed.status_code in (200, 204)
        assert kept_of(order) == [EMPTY, "", ""]
        assert not Job.objects.filter(status="failed").exists()
    assert "deadlock detected" not in caplog.text


def test_erasure_by_an_operator_is_the_same(anna: User, staff: User):
    order = place(anna)

    with transaction.atomic():
        remainder = erase(User.objects.get(pk=anna.pk))

    assert remainder.open_orders == (order.pk,)
