"""Demo attributes: brands, colours and the like of some products, and a group of variants."""

from typing import Any

from apps.catalog.models import Attribute, AttributeValue, Product
from apps.catalog.services import WantedOption, create_group, update_product
from apps.catalog.variants import OptionValue

# Code, type, names, unit.
ATTRIBUTES = (
    ("color", "choice", "Цвет", "Colour", ""),
    ("volume", "number", "Объём, мл", "Volume, ml", ""),
    ("rechargeable", "bool", "Аккумулятор", "Rechargeable", ""),
)
# Of each attribute: value, names.
VALUES = {
    "brand": (
        ("ladoga", "Ладога", "Ladoga"),
        ("utro", "Утро", "Morning"),
        ("pocherk", "Почерк", "Handwriting"),
    ),
    "tag": (("gift", "в подарок", "gift"), ("handmade", "ручная работа", "handmade")),
    "color": (
        ("blue", "синий", "blue"),
        ("grey", "серый", "grey"),
        ("red", "красный", "red"),
        ("natural", "натуральный", "natural"),
    ),
}
GIVEN: dict[str, dict[str, list[str]]] = {
    "POT-001": {"brand": ["ladoga"], "color": ["blue"], "volume": ["1200"]},
    "MUG-001": {"color": ["natural"], "volume": ["350"], "tag": ["gift"]},
    "COF-001": {"brand": ["utro"]},
    "COF-002": {"brand": ["utro"]},
    "TEX-001": {"color": ["natural"]},
    "TEX-002": {"color": ["red"], "tag": ["gift"]},
    "TEX-005": {"color": ["grey"]},
    "STA-002": {"brand": ["pocherk"], "color": ["blue"], "tag": ["gift"]},
    "LGT-002": {"rechargeable": ["false"]},
    "LGT-004": {"rechargeable": ["true"]},
    "TLS-003": {"rechargeable": ["true"]},
    "GRD-002": {"color": ["grey"], "volume": ["7000"]},
    "GRD-006": {"color": ["natural"], "tag": ["handmade"]},
    "JWL-003": {"tag": ["gift", "handmade"]},
    "GFT-001": {"volume": ["5000"], "tag": ["gift"]},
    "GFT-004": {"tag": ["handmade"]},
}
RULING = {"BOK-004": ("клетка", "squared"), "BOK-005": ("ноты", "music")}
RELATED = {"TEA-001": ["POT-001", "MUG-001"], "POT-001": ["TEA-001", "TEA-003"]}


def load_attributes() -> str:
    """Describe some of the demo products, in the caller's transaction; return what was made, in words."""
    for position, (code, kind, name_ru, name_en, unit) in enumerate(ATTRIBUTES, start=2):
        Attribute.objects.create(
            code=code, type=kind, name_ru=name_ru, name_en=name_en, unit=unit, position=position
        )
    attributes = {attribute.code: attribute for attribute in Attribute.objects.all()}
    AttributeValue.objects.bulk_create(
        AttributeValue(
            attribute=attributes[code], value=value, name_ru=name_ru, name_en=name_en, position=position
        )
        for code, values in VALUES.items()
        for position, (value, name_ru, name_en) in enumerate(values)
    )
    ids = dict(Product.objects.values_list("sku", "pk"))
    for sku in GIVEN.keys() | RELATED.keys():
        changes: dict[str, Any] = {}
        if given := GIVEN.get(sku):
            changes["attributes"] = [{"code": code, "values": values} for code, values in given.items()]
        if related := RELATED.get(sku):
            changes["related"] = [ids[each] for each in related]
        update_product(ids[sku], **changes)
    create_group(
        name="Тетради",
        options=[WantedOption("ruling", "Линовка", "Ruling")],
        variants={ids[sku]: {"ruling": OptionValue(*names)} for sku, names in RULING.items()},
    )
    return f"attributes of {len(GIVEN)} products, and a group of {len(RULING)} variants"
