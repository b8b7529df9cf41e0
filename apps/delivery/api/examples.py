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
WANTED_SAVED_ADDRESS = {**WANTED_ADDRESS, "label": "Дом", "is_default_shipping": True}
SAVED_ADDRESS = {
    "id": 1,
    "label": "Дом",
    "is_default_shipping": True,
    "is_default_billing": False,
    **ADDRESS,
}

ADDRESS_RULE = {
    "country": "RU",
    "required": ["line1", "city", "postal_code"],
    "postal_pattern": r"^\d{6}$",
    "format": ["name", "line1", "city", "region", "postal_code"],
}

PICKUP_POINT = {
    "provider": "post",
    "code": "101000",
    "kind": "pvz",
    "name": "Почтамт",
    "country": "RU",
    "region": "",
    "city": "Москва",
    "postal_code": "101000",
    "address": "Мясницкая, 26",
    "lat": 55.763862,
    "lon": 37.636733,
    "hours": {"mon-sun": "08:00-20:00"},
    "takes_cash": True,
    "takes_cards": True,
    "distance_m": 1830,
}
