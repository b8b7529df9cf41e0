"""Examples of delivery for the schema. The requests work on the demo data, and are sent by a test."""

WANTED_ADDRESS = {
    "name": "Анна Смирнова",
    "phone": "8 (912) 345-67-89",
    "country": "RU",
    "city": "Москва",
    "postal_code": "101000",
    "line1": "Мясницкая, 1",
}
ADDRESS = {
    "name": "Анна Смирнова",
    "company": "",
    "tax_id": "",
    "phone": "+79123456789",
    "country": "RU",
    "region": "",
    "city": "Москва",
    "district": "",
    "postal_code": "101000",
    "line1": "Мясницкая, 1",
    "line2": "",
    "note": "",
}
