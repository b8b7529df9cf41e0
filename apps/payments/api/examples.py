"""Examples of payments for the schema. The requests work on the demo data, and are sent by a test."""

PAYMENT_METHOD = {
    "code": "manual",
    "name": "По счёту",
    "terms": "invoice",
    "instructions": "Переведите деньги по реквизитам в счёте.",
}
START = {"method": "manual", "return_url": None}
RECORD = {
    "method": "manual",
    "amount": "500.00",
    "received_at": "2026-11-24T09:00:00Z",
    "note": "Transfer of 24 November",
}
REFUNDING = {"amount": "100.00", "reason": "goodwill", "note": "The parcel came late"}
DECISION = {"note": "Sent back by transfer"}

STARTED_AT = "2026-11-24T09:30:00.250000Z"
_REFUND_ID = "2b7cf1d4-0a5e-4f83-9b06-6d1a4e5c7f20"
_HEAD = {"id": _REFUND_ID, "amount": "100.00", "status": "pending"}
REFUND = {**_HEAD, "reason": "goodwill", "created_at": STARTED_AT}
PAYMENT = {
    "id": "8c0e4f1a-6a0b-4a43-a0f5-6d1f3a8f2b11",
    "order_id": 1,
    "method": "yookassa",
    "method_name": "Картой онлайн",
    "status": "requires_action",
    "is_current": True,
    "amount": "1430.00",
    "captured": "0.00",
    "refunded": "0.00",
    "currency": "RUB",
    "next_action": {
        "type": "redirect",
        "url": "https://yoomoney.ru/checkout/payments/v2/contract?orderId=22d6d597-000f-5000-9000-145f6df21d6f",
        "client_secret": None,
        "payload": None,
        "image_url": None,
        "instructions": None,
    },
    "failure_code": None,
    "card_brand": None,
    "card_last4": None,
    "created_at": STARTED_AT,
    "expires_at": "2026-11-24T10:30:00.250000Z",
    "checked_at": STARTED_AT,
    "refunds": [REFUND],
}
STAFF_REFUND = {
    **_HEAD,
    "order_id": 1,
    "payment_id": PAYMENT["id"],
    "currency": "RUB",
    "cause": "manual",
    "reason": "goodwill",
    "note": "The parcel came late",
    "failure_code": None,
    "created_by": "admin",
    "created_at": STARTED_AT,
}
REFUNDED = {"amount": "100.00", "currency": "RUB", "refunds": [STAFF_REFUND]}
