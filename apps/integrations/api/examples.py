"""Examples of the integrations for the schema. The requests work on the demo data, and are sent by a test."""

WANTED_PRODUCTS = {
    "on_error": "reject_all",
    "products": [
        {
            "sku": "HON-002",
            "external_id": "b5a1f0c2-6a1e-11ef-9c2b-00155d0a1f03",
            "name": "Buckwheat honey, 500 g",
            "price": "590.00",
            "category": 11,
            "stock": 24,
        },
        {"sku": "TEA-002", "price": "285.00"},
    ],
}
WRITTEN_PRODUCTS = {
    "rows": [
        {"index": 0, "status": "created", "id": 67, "errors": []},
        {"index": 1, "status": "updated", "id": 2, "errors": []},
    ]
}
SOME_PRODUCTS_WRITTEN = {
    "rows": [
        {
            "index": 0,
            "status": "failed",
            "id": None,
            "errors": [
                {"code": "required", "detail": "This field is required.", "pointer": "/products/0/price"}
            ],
        },
        {"index": 1, "status": "updated", "id": 2, "errors": []},
    ]
}
WANTED_STOCK = {
    "reason": "Warehouse, 24 November",
    "rows": [{"sku": "TEA-003", "delta": 12}, {"sku": "COF-001", "delta": 5}],
}
WRITTEN_STOCK = {
    "rows": [
        {"index": 0, "status": "updated", "id": 3, "stock": 92, "errors": []},
        {"index": 1, "status": "updated", "id": 4, "stock": 65, "errors": []},
    ]
}
