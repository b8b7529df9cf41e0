"""Examples of orders for the schema. The requests work on the demo data, and are sent by a test."""

BASKET = {
    "items": [{"product_id": 1, "quantity": 2}, {"product_id": 8, "quantity": 1}],
    "expected_total": "1200.00",
}
TRANSITION = {"status": "cancelled", "comment": "Ordered by mistake"}

TEA = {
    "product_id": 1,
    "product_name": "Чай чёрный крупнолистовой «Вечерний», 200 г",
    "sku": "TEA-001",
    "quantity": 2,
    "price": "390.00",
    "total": "780.00",
}
MUG = {
    "product_id": 8,
    "product_name": "Кружка «Ёжик», 350 мл",
    "sku": "MUG-001",
    "quantity": 1,
    "price": "420.00",
    "total": "420.00",
}
QUOTE = {"items": [TEA, MUG], "total_price": "1200.00", "currency": "RUB", "problems": []}

PLACED_AT = "2026-11-24T09:30:00.250000Z"
_HEAD = {"id": 1, "status": "pending", "total_price": "1200.00", "currency": "RUB"}
_TAIL = {
    "allowed_statuses": ["cancelled"],
    "tracking_number": None,
    "invoice_url": "http://127.0.0.1:8000/api/v1/orders/1/invoice/",
    "created_at": PLACED_AT,
    "updated_at": PLACED_AT,
}
ORDER = {
    **_HEAD,
    "items": [{"id": 1, **TEA}, {"id": 2, **MUG}],
    "history": [
        {
            "from_status": None,
            "to_status": "pending",
            "changed_by": "customer",
            "comment": "",
            "created_at": PLACED_AT,
        }
    ],
    **_TAIL,
}
ORDER_ROW = {**_HEAD, "items_count": 2, **_TAIL}
JOB = {"kind": "invoice", "status": "done", "attempts": 1, "updated_at": "2026-11-24T09:30:01.500000Z"}
