"""Examples of orders for the schema. The requests work on the demo data, and are sent by a test."""

CHECKOUT = {
    "items": [{"product_id": 1, "quantity": 2}, {"product_id": 8, "quantity": 1}],
    "expected_total": "1200.00",
}
STAFF_NOTE = {"staff_note": "Asked for a call before the delivery"}
BASKET = {"items": [{"product_id": 1, "quantity": 2}, {"product_id": 8, "quantity": 1}], "left_out": []}
TRANSITION = {"status": "cancelled", "comment": "Ordered by mistake"}

_UNTAXED = {"discount": "0.00", "tax_rate": None, "tax_amount": "0.00"}
TEA = {
    "product_id": 1,
    "product_name": "Чай чёрный крупнолистовой «Вечерний», 200 г",
    "sku": "TEA-001",
    "quantity": 2,
    "price": "390.00",
    "total": "780.00",
    "amount": "780.00",
    **_UNTAXED,
}
MUG = {
    "product_id": 8,
    "product_name": "Кружка «Ёжик», 350 мл",
    "sku": "MUG-001",
    "quantity": 1,
    "price": "420.00",
    "total": "420.00",
    "amount": "420.00",
    **_UNTAXED,
}
TAXES = [{"rate": None, "base": "1200.00", "amount": "0.00"}]
_TOTALS = {
    "items_total": "1200.00",
    "discount_total": "0.00",
    "delivery_price": "0.00",
    "delivery_discount": "0.00",
    "tax_total": "0.00",
    "prices_include_tax": True,
    "total_price": "1200.00",
}
QUOTE = {
    "items": [TEA, MUG],
    **_TOTALS,
    "currency": "RUB",
    "discounts": [],
    "taxes": TAXES,
    "weight_g": 1500,
    "weight_estimated": True,
    "delivery": None,
    "delivery_options": [
        {
            "method": "courier",
            "name": "Курьер",
            "kind": "courier",
            "available": False,
            "reason": "address_required",
            "price": None,
            "discount": None,
            "free_from": "3000.00",
            "days_min": 1,
            "days_max": 3,
        }
    ],
    "payment_methods": [
        {"code": "manual", "name": "По счёту", "terms": "invoice", "available": True, "reason": None}
    ],
    "notices": [],
    "problems": [],
}

PLACED_AT = "2026-11-24T09:30:00.250000Z"
_HEAD = {
    "id": 1,
    "status": "pending",
    "payment_status": "unpaid",
    "shipment_status": "not_shipped",
    "payment_method": None,
    "payment_method_name": None,
    "expires_at": None,
    **_TOTALS,
    "cancelled_total": "0.00",
    "returned_total": "0.00",
    "allowance_total": "0.00",
    "amount_due": "1200.00",
    "paid_total": "0.00",
    "refunded_total": "0.00",
    "balance": "1200.00",
    "currency": "RUB",
    "delivery": None,
}
_TAIL = {
    "allowed_statuses": ["cancelled"],
    "tracking_number": None,
    "invoice_url": "http://127.0.0.1:8000/api/v1/orders/1/invoice/",
    "created_at": PLACED_AT,
    "updated_at": PLACED_AT,
}
_PIECES = {"cancelled_quantity": 0, "shipped_quantity": 0, "returned_quantity": 0}
ORDER = {
    **_HEAD,
    "items": [{"id": 1, **TEA, **_PIECES}, {"id": 2, **MUG, **_PIECES}],
    "discounts": [],
    "taxes": TAXES,
    "shipping_address": None,
    "billing_address": None,
    "pickup_point": None,
    "customer_note": "",
    "gift_message": "",
    "shipped_at": None,
    "delivered_at": None,
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
