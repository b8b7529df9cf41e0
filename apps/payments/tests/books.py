"""Both books of an order's money: the store's, and the provider's."""

from decimal import Decimal
from typing import Any

from apps.core.money import ZERO
from apps.orders.models import Order
from apps.payments.models import Payment, Refund
from apps.payments.payment_emulator import PaymentEmulator


def assert_books_agree(emulator: PaymentEmulator, order: Order) -> None:
    """Compare the order, as it was read, with the provider's books, to the cent: nothing was made twice."""
    booked = [each for each in emulator.bank.payments() if each["metadata"]["order_id"] == order.pk]
    given_back = [each for payment in booked for each in emulator.bank.refunds(payment["id"])]
    assert (order.paid_total, order.refunded_total) == (total(booked, "captured"), total(booked, "refunded"))
    assert order.refunded_total == total(given_back, "amount")
    assert_known_once(booked, Payment.objects.filter(order=order).exclude(provider_id=None))
    assert_known_once(given_back, Refund.objects.filter(order=order, status="succeeded"))
    under_way = sum((refund.amount for refund in Refund.objects.filter(order=order).under_way()), start=ZERO)
    owed = order.paid_total - order.refunded_total - order.amount_due - under_way
    assert owed <= 0 or order.needs_look


def total(rows: list[dict[str, Any]], name: str) -> Decimal:
    return sum((Decimal(each[name]) for each in rows), start=ZERO)


def assert_known_once(booked: list[dict[str, Any]], rows: Any) -> None:
    """Compare objects of the provider with ours, by its number and by ours, which those of its pages lack."""
    there = sorted((each["id"], each["metadata"]["uid"]) for each in booked if each["metadata"]["uid"])
    ours = sorted((row.provider_id, str(row.uid)) for row in rows if getattr(row, "cause", "") != "external")
    assert there == ours
    assert sorted(each["id"] for each in booked) == sorted(row.provider_id for row in rows)
