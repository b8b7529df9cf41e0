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

SLUG = "chai-chernyi-krupnolistovoi-vechernii-200-g-evening-loose-leaf-black-tea-200-g"
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
    "length_mm": 80,
    "width_mm": 80,
    "height_mm": 110,
    "unit": "pcs",
    "barcode": "4601234567893",
    "stock": 40,
    "translations": {"en": {"name": "Linden honey, 500 g", "description": "Light, with a note of mint."}},
}
IMAGE = {
    "id": 1,
    "alt": "Linden honey, 500 g",
    "width": 1600,
    "height": 1200,
    "urls": [
        {
            "width": 160,
            "url": "http://localhost:8000/media/products/5f/5f70bf18a086007016e948b04aed3b82-160.webp",
        },
        {
            "width": 480,
            "url": "http://localhost:8000/media/products/5f/5f70bf18a086007016e948b04aed3b82-480.webp",
        },
        {
            "width": 1200,
            "url": "http://localhost:8000/media/products/5f/5f70bf18a086007016e948b04aed3b82-1200.webp",
        },
    ],
}
UPLOADED_IMAGE = {"file": "the bytes of honey.jpg", "alt_ru": "Липовый мёд", "alt_en": "Linden honey"}
WANTED_IMAGE = {
    "url": "https://supplier.example/honey/linden-500.jpg",
    "alt_ru": "Липовый мёд, 500 г",
    "alt_en": "Linden honey, 500 g",
}
WANTED_IMAGE_CHANGE = {"alt_en": "A jar of linden honey, 500 g", "focal_x": 0.5, "focal_y": 0.4}
WANTED_IMAGE_ORDER = {"ids": [1]}
STAFF_IMAGE = {
    "id": 1,
    "position": 0,
    "status": "pending",
    "problem": "",
    "alt_ru": "Липовый мёд, 500 г",
    "alt_en": "Linden honey, 500 g",
    "focal_x": None,
    "focal_y": None,
    "width": None,
    "height": None,
    "bytes": None,
    "sha256": None,
    "source_url": "https://supplier.example/honey/linden-500.jpg",
    "urls": [],
    "created_at": "2026-11-24T09:30:00.250000Z",
}
PRODUCT_ROW = {
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
    "length_mm": 80,
    "width_mm": 80,
    "height_mm": 110,
    "unit": "pcs",
    "min_quantity": 1,
    "quantity_step": 1,
    "barcode": "4601234567893",
    "external_id": None,
    "is_active": True,
    "category": {"id": 11, "name": "Чай и кофе", "slug": "chai-i-kofe"},
    "image": None,
    "group_size": None,
    "created_at": "2026-11-24T09:30:00.250000Z",
    "updated_at": "2026-11-24T09:30:00.250000Z",
}
PRODUCT = {
    **PRODUCT_ROW,
    "meta_title": "",
    "meta_description": "",
    "images": [],
    "group": None,
    "attributes": [],
    "related": [],
}
GROUP = {
    "id": 1,
    "name": "Linden honey",
    "slug": "linden-honey",
    "description": "Light, with a note of mint.",
    "options": [{"code": "weight", "name": "Net weight", "values": ["250 g", "500 g"]}],
    "products": [
        {
            "id": 68,
            "options": [{"code": "weight", "value": "250 g"}],
            "price": "350.00",
            "in_stock": False,
            "image": None,
        },
        {
            "id": 67,
            "options": [{"code": "weight", "value": "500 g"}],
            "price": "650.00",
            "in_stock": True,
            "image": IMAGE,
        },
    ],
}
FACETS = {
    "facets": [
        {
            "code": "brand",
            "name": "Бренд",
            "values": [
                {"value": "paseka", "label": "Пасека", "count": 3, "selected": True},
                {"value": "altai", "label": "Алтай", "count": 2, "selected": False},
            ],
        }
    ],
    "price": {"min": "120.00", "max": "650.00"},
    "currency": "RUB",
    "counts_exact": True,
}

WANTED_MOVEMENT = {"delta": 5, "reason": "Delivery of 24 November"}
MOVEMENT = {**WANTED_MOVEMENT, "id": 64, "stock": 145, "created_at": "2026-11-24T09:30:00.250000Z"}
MOVEMENT_ROW = {**MOVEMENT, "kind": "adjusted", "order_id": None, "created_by": "admin"}
SUGGESTED = {"id": 67, "name": "Linden honey, 500 g", "slug": "linden-honey-500-g", "price": "650.00"}
SUGGESTIONS = {
    "products": [{**SUGGESTED, "image": IMAGE}],
    "categories": [{"id": 12, "name": "Honey", "slug": "honey"}],
    "currency": "RUB",
}
