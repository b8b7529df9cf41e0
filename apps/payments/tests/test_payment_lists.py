"""Lists and pages of payments and refunds in the admin: to be read, found by any of their numbers."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.orders.models import Order
from apps.payments.models import FiscalReceipt, Payment, ProviderEvent, Refund
from apps.payments.tests.factories import make_payable, make_payment
from apps.payments.tests.office import office_of, text_of
from apps.users.models import User

PAYMENTS = reverse("admin:payments_payment_changelist")
REFUNDS = reverse("admin:payments_refund_changelist")

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(customer: User) -> Order:
    return make_payable(customer)


@pytest.fixture
def card(order: Order) -> Payment:
    return make_payment(order, provider_id="pay-7", status="paid", captured=Decimal("300.00"))


@pytest.fixture
def transfer(order: Order, card: Payment) -> Payment:
    return make_payment(
        order, provider="manual", method="transfer", method_name="Bank transfer", is_current=False
    )


@pytest.fixture
def refund(card: Payment) -> Refund:
    return Refund.objects.create(
        payment=card,
        order=card.order,
        amount=Decimal("20.00"),
        status="succeeded",
        cause="manual",
        reason="late",
        provider_id="back-3",
    )


@pytest.fixture
def office(staff: User) -> Client:
    return office_of(staff)


def listed(office: Client, address: str, **query: Any) -> list[Any]:
    return list(office.get(address, query).context["cl"].result_list)


def test_lists_show_orders_amounts_and_statuses(
    office: Client, order: Order, transfer: Payment, refund: Refund
):
    payments, refunds = text_of(office.get(PAYMENTS)), text_of(office.get(REFUNDS))

    assert f"Order #{order.pk} By card emulator, for trying out paid 300.00 ₽ 300.00 ₽ 0.00 ₽" in payments
    assert f"Order #{order.pk} Bank transfer by hand pending 300.00 ₽" in payments
    assert f"Order #{order.pk} By card refunded 20.00 ₽ by staff late delivery -" in refunds


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status__exact": "paid"}, ["By card"]),
        ({"provider": "manual"}, ["Bank transfer"]),
        ({"method": "transfer"}, ["Bank transfer"]),
        ({"created_at_from": "2999-01-01"}, []),
        ({"created_at_to": "2999-01-01"}, ["Bank transfer", "By card"]),
        ({"q": "pay-7"}, ["By card"]),
        ({"q": "pay-8"}, []),
        ({"q": "9" * 30}, []),
    ],
    ids=str,
)
def test_payments_are_filtered_and_found(
    office: Client, transfer: Payment, query: dict[str, str], found: list[str]
):
    assert sorted(payment.method_name for payment in listed(office, PAYMENTS, **query)) == found


def test_payment_is_found_by_order_and_by_our_number(office: Client, card: Payment, transfer: Payment):
    assert listed(office, PAYMENTS, q=f" {card.uid} ") == [card]
    assert set(listed(office, PAYMENTS, q=str(card.order_id))) == {card, transfer}


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ({"status__exact": "succeeded"}, True),
        ({"status__exact": "failed"}, False),
        ({"provider": "emulator"}, True),
        ({"provider": "manual"}, False),
        ({"method": "transfer"}, False),
        ({"created_at_to": "2999-01-01"}, True),
        ({"q": "back-3"}, True),
        ({"q": "back-4"}, False),
    ],
    ids=str,
)
def test_refunds_are_filtered_and_found(
    office: Client, refund: Refund, query: dict[str, str], is_found: bool
):
    assert listed(office, REFUNDS, **query) == [refund] * is_found


def test_page_of_a_payment_has_refunds_callbacks_and_receipts(office: Client, card: Payment, refund: Refund):
    ProviderEvent.objects.create(
        provider="emulator", event_id="event-5", kind="payment.paid", payment=card, body='{"id": "pay-7"}'
    )
    FiscalReceipt.objects.create(
        order=card.order,
        payment=card,
        kind="payment",
        key="receipt-1",
        provider_id="fisc-2",
        status="succeeded",
        positions=[],
        total=Decimal("300.00"),
    )

    page = text_of(office.get(reverse("admin:payments_payment_change", args=[card.pk])))

    for shown in (
        str(card.uid),
        "refunded 20.00 ₽ by staff —",
        'payment.paid event-5 Show {"id": "pay-7"}',
        "payment registered 300.00 ₽ fisc-2",
    ):
        assert shown in page


def test_page_of_a_refund_tells_its_payment(office: Client, card: Payment, refund: Refund):
    page = text_of(office.get(reverse("admin:payments_refund_change", args=[refund.pk])))

    for shown in (str(refund.uid), str(card.uid), "back-3", "late delivery", "20.00 ₽"):
        assert shown in page


def test_nobody_edits_money(office: Client, card: Payment):
    address = reverse("admin:payments_payment_change", args=[card.pk])

    response = office.post(address, {"captured": "1.00", "status": "failed"})

    card.refresh_from_db()
    assert response.status_code == 403
    assert (card.captured, card.status) == (Decimal("300.00"), "paid")


def test_order_is_a_link_for_those_who_see_orders(make_user: Callable[..., User], card: Payment):
    address = f'href="{reverse("admin:orders_order_change", args=[card.order_id])}"'
    blind = office_of(make_user(is_staff=True), "view_payment")
    seeing = office_of(make_user(is_staff=True), "view_payment", "view_order")

    pages = [browser.get(PAYMENTS).text for browser in (blind, seeing)]

    assert [address in page for page in pages] == [False, True]
