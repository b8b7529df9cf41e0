"""The page of an order in the admin: what its buttons about money say, and that its forms are whole."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.jobs.tests.factories import make_job
from apps.orders.models import Order
from apps.orders.tests.factories import make_order
from apps.payments.models import Payment, Refund
from apps.payments.tests.factories import make_payable, make_payment, receive
from apps.payments.tests.office import LIST, office_of, page_of, press, text_of
from apps.payments.tests.tills import begun
from apps.users.models import User

pytestmark = pytest.mark.django_db

BUTTONS = {
    "record-payment": "add_payment",
    "refund": "add_refund",
    "decide-refund": "change_refund",
    "ask-provider": "view_payment",
    "give-up-payment": "add_payment",
    "unblock-refunds": "add_refund",
    "looked-into": "add_payment",
}


@pytest.fixture
def order(customer: User) -> Order:
    return make_payable(customer)


@pytest.fixture
def boss(staff: User) -> Client:
    """Return the browser of somebody who may do everything."""
    return office_of(staff)


@pytest.mark.parametrize(("button", "permission"), BUTTONS.items())
def test_button_is_open_to_its_right_alone(
    make_user: Callable[..., User], order: Order, button: str, permission: str
):
    others = sorted({*BUTTONS.values(), "change_order"} - {permission})
    without = office_of(make_user(is_staff=True), "view_order", *others)
    blind = office_of(make_user(is_staff=True), permission)
    having = office_of(make_user(is_staff=True), "view_order", permission)

    answers = [
        browser.post(f"{LIST}{order.pk}/{button}/").status_code for browser in (without, blind, having)
    ]

    assert answers[:2] == [403, 403]
    assert answers[2] in (302, 404)  # let through: nothing was filled in


def test_section_is_for_those_who_see_payments(make_user: Callable[..., User], order: Order, staff: User):
    receive(order, "100.00", by=staff)
    blind = office_of(make_user(is_staff=True), "view_order", "change_order")
    reader = office_of(make_user(is_staff=True), "view_order", "view_payment")

    unseen, seen = text_of(blind.get(page_of(order))), text_of(reader.get(page_of(order)))

    assert ("Bank transfer" in unseen, "Bank transfer" in seen) == (False, True)
    assert "Record received money" not in seen
    assert "Give money back" not in seen


def test_page_takes_no_more_queries_for_more_payments(boss: Client, order: Order, staff: User):
    counts = []
    for _round in range(2):
        for _payment in range(3):
            Refund.objects.create(
                payment=receive(order, "10.00", by=staff),
                order=order,
                amount=Decimal("1.00"),
                status="failed",
                cause="manual",
                created_by=staff,
            )
        boss.get(page_of(order))
        with CaptureQueriesContext(connection) as asked:
            boss.get(page_of(order))
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_jobs_of_the_money_are_shown_and_a_failed_one_marks_the_order(
    boss: Client, make_user: Callable[..., User], order: Order
):
    other = make_order(order.user)
    make_job("settle_money", subject=f"money:{order.pk}", status="failed", last_error="No such luck")
    blind = office_of(make_user(is_staff=True), "view_order", "view_payment")

    found = boss.get(LIST, {"failed_job": "yes"}).context["cl"].result_list
    listed = {row.pk: row.has_failed for row in boss.get(LIST).context["cl"].result_list}

    assert [row.pk for row in found] == [order.pk]
    assert listed == {order.pk: True, other.pk: False}
    assert "No such luck" in text_of(boss.get(page_of(order)))
    assert "No such luck" not in text_of(blind.get(page_of(order)))


def test_no_form_stands_in_another_and_every_part_belongs_to_one(boss: Client, order: Order, staff: User):
    make_payment(order, status="paid", captured=Decimal("300.00"), refund_blocked=True)
    receive(order, "100.00", by=staff)
    press(boss, order, "refund", amount="10.00", reason="late")
    Order.objects.filter(pk=order.pk).update(needs_look="owed")

    page = boss.get(page_of(order)).text

    tags = re.findall(r"<(/?form)\b", page)
    assert tags == ["form", "/form"] * (len(tags) // 2)
    ids = set(re.findall(r'<form[^>]* id="([\w-]+)"', page))
    parts = set(re.findall(r'<(?:button|input|select)[^>]* form="([\w-]+)"', page))
    decision = f"money-decide-{Refund.objects.get(status='pending', cause='manual').uid}"
    forms = {f"money-{name}" for name in ("ask", "looked", "received", "refund", "unblock")}
    assert parts - {"store-note"} == {*forms, decision}
    assert parts - ids == set()


def test_provider_is_asked_now_and_its_silence_is_told(boss: Client, order: Order, provider, online):
    payment = begun(order)
    provider.pay(payment.provider_id)
    Payment.objects.update(checked_at=None)

    provider.is_away = True
    silent = press(boss, order, "ask-provider", uid=payment.uid)
    provider.is_away = False
    Payment.objects.update(checked_at=None)  # three seconds later
    answered = press(boss, order, "ask-provider", uid=payment.uid)

    payment.refresh_from_db()
    assert silent == [f"Order #{order.pk}: The payment service has not answered, or was asked just before."]
    assert answered == [f"Order #{order.pk}: The payment service has answered: paid."]
    assert (payment.status, payment.captured) == ("paid", Decimal("300.00"))
