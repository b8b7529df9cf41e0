"""Examples of the catalogue for the schema. The requests work on the demo data, and are sent by a test."""

WANTED_CATEGORY = {
    "name": "Honey",
    "description": "From local beekeepers.",
    "parent": 11,
    "tax_class": "standard",
}
CATEGORY = {
    "id": 12,
    "name": "Honey",
    "slug": "honey",
    "description": "From local beekeepers.",
    "parent": 11,
    "tax_class": "standard",
    "is_active": True,
    "created_at": "2026-11-24T09:30:00.250000Z",
    "updated_at": "2026-11-24T09:30:00.250000Z",
}

WANTED_CHANGE = {"name": "Evening black tea, 200 g", "sku": "TEA-001", "price": "410.00", "category": 11}
WANTED_PRODUCT = {
    "name": "Linden honey, 500 g",
    "sku": "HON-001",
    "price": "650.00",
    "compare_at_price": "720.00",
    "category": 11,
    "tax_class": "standard",
    "weight_g": 620,
    "description": "Light, with a note of mint.",
    "stock": 40,
}
PRODUCT = {
    "id": 67,
    "name": "Linden honey, 500 g",
    "slug": "linden-honey-500-g",
    "sku": "HON-001",
    "description": "Light, with a note of mint.",
    "price": "650.00",
    "compare_at_price": "720.00",
    "lowest_price_30d": "700.00",
    "discount_percent": 7,
    "currency": "RUB",
    "tax_class": "standard",
    "tax_rate": "22.00",
    "stock": 40,
    "weight_g": 620,
    "is_active": True,
    "category": {"id": 11, "name": "Чай и кофе", "slug": "chai-i-kofe"},
    "created_at": "2026-11-24T09:30:00.250000Z",
    "updated_at": "2026-11-24T09:30:00.250000Z",
}

WANTED_MOVEMENT = {"delta": 5, "reason": "Delivery of 24 November"}
MOVEMENT = {**WANTED_MOVEMENT, "id": 64, "stock": 145, "created_at": "2026-11-24T09:30:00.250000Z"}
MOVEMENT_ROW = {**MOVEMENT, "kind": "adjusted", "order_id": None, "created_by": "admin"}
