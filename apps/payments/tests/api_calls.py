"""Calls of the payments' API that its tests make over and over."""

from typing import Any

from rest_framework.test import APIClient

from apps.orders.models import Order, PaymentMethod

MEMBERS = [
    "id",
    "order_id",
    "method",
    "method_name",
    "status",
    "is_current",
    "amount",
    "captured",
    "refunded",
    "currency",
    "next_action",
    "failure_code",
    "card_brand",
    "card_last4",
    "created_at",
    "expires_at",
    "checked_at",
    "refunds",
]
STAFF_MEMBERS = [
    *MEMBERS,
    "provider",
    "provider_id",
    "is_stray",
    "refund_blocked",
    "created_by",
    "received_at",
]


def payments_of(order: Order) -> str:
    return f"/api/v1/orders/{order.pk}/payments/"


def start(client: APIClient, order: Order, *, key: str | None = None, **body: Any) -> Any:
    """Begin a payment, by the method `online` unless another is named."""
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(payments_of(order), {"method": "online", **body}, headers=headers)


def by_staff(client: APIClient, path: str, body: dict[str, Any], *, key: str = "one") -> Any:
    """Post to an address of staff with a key."""
    return client.post(f"/api/v1/admin/{path}", body, headers={"Idempotency-Key": key})


def manual_method(code: str = "transfer", **values: Any) -> PaymentMethod:
    """Make a method whose money people receive, that lets a paid order be processed."""
    names = {"name_ru": "Переводом", "name_en": "Transfer", "instructions_ru": "По реквизитам"}
    values = {"terms": "invoice", "moves_to_processing": True, **names, **values}
    return PaymentMethod.objects.create(code=code, **values)
