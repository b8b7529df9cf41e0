"""Examples of orders for the schema. The requests work on the demo data, and are sent by a test."""

from apps.delivery.api.examples import ADDRESS, WANTED_ADDRESS

CHECKOUT = {
    "items": [{"product_id": 1, "quantity": 2}, {"product_id": 8, "quantity": 1}],
    "delivery": {"method": "courier"},
    "shipping_address": WANTED_ADDRESS,
    "coupon": "TEA10",
    "payment_method": "manual",
    "customer_note": "Позвоните за час",
    "expected_total": "1430.00",
}
STAFF_NOTE = {"staff_note": "Asked for a call before the delivery"}
BASKET = {"items": [{"product_id": 1, "quantity": 2}, {"product_id": 8, "quantity": 1}], "left_out": []}
TRANSITION = {"status": "cancelled", "comment": "Ordered by mistake"}

_UNTAXED = {"tax_rate": None, "tax_amount": "0.00"}
TEA = {
    "product_id": 1,
    "product_name": "Чай чёрный крупнолистовой «Вечерний», 200 г",
    "sku": "TEA-001",
    "quantity": 2,
    "price": "390.00",
    "total": "780.00",
    "discount": "78.00",
    "amount": "702.00",
    **_UNTAXED,
}
MUG = {
    "product_id": 8,
    "product_name": "Кружка «Ёжик», 350 мл",
    "sku": "MUG-001",
    "quantity": 1,
    "price": "420.00",
    "total": "420.00",
    "discount": "42.00",
    "amount": "378.00",
    **_UNTAXED,
}
DELIVERY = {
    "method": "courier",
    "name": "Курьер",
    "kind": "courier",
    "price": "350.00",
    "discount": "0.00",
    **_UNTAXED,
}
DISCOUNTS = [
    {
        "kind": "coupon",
        "target": "items",
        "code": "TEA10",
        "name": "10 % для любителей чая",
        "amount": "120.00",
    }
]
TAXES = [{"rate": None, "base": "1430.00", "amount": "0.00"}]
_TOTALS = {
    "items_total": "1200.00",
    "discount_total": "120.00",
    "delivery_price": "350.00",
    "delivery_discount": "0.00",
    "tax_total": "0.00",
    "prices_include_tax": True,
    "total_price": "1430.00",
}
COURIER = {
    "method": "courier",
    "name": "Курьер",
    "kind": "courier",
    "available": True,
    "reason": None,
    "price": "350.00",
    "discount": "0.00",
    "free_from": "3000.00",
    "days_min": 1,
    "days_max": 3,
}
POST = {
    "method": "post",
    "name": "Почта",
    "kind": "post",
    "available": True,
    "reason": None,
    "price": "250.00",
    "discount": "0.00",
    "free_from": None,
    "days_min": 4,
    "days_max": 10,
}
POINT = {
    "method": "pickup_point",
    "name": "Пункт выдачи",
    "kind": "pickup_point",
    "available": False,
    "reason": "address_required",
    "price": None,
    "discount": None,
    "free_from": "2000.00",
    "days_min": 2,
    "days_max": 5,
}
QUOTE = {
    "items": [TEA, MUG],
    **_TOTALS,
    "currency": "RUB",
    "discounts": DISCOUNTS,
    "taxes": TAXES,
    "weight_g": 860,
    "weight_estimated": False,
    "delivery": DELIVERY,
    "delivery_options": [COURIER, POST, POINT],
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
    "payment_method": "manual",
    "payment_method_name": "По счёту",
    "expires_at": None,
    **_TOTALS,
    "cancelled_total": "0.00",
    "returned_total": "0.00",
    "allowance_total": "0.00",
    "amount_due": "1430.00",
    "paid_total": "0.00",
    "refunded_total": "0.00",
    "balance": "1430.00",
    "currency": "RUB",
    "delivery": DELIVERY,
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
    "discounts": DISCOUNTS,
    "taxes": TAXES,
    "shipping_address": ADDRESS,
    "billing_address": None,
    "pickup_point": None,
    "customer_note": "Позвоните за час",
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
