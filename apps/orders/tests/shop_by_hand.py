"""The shop for which the prices of `data/prices_by_hand.csv` were worked out."""

from datetime import date
from decimal import Decimal
from typing import Any

from apps.catalog.models import Category, Product
from apps.catalog.tests.factories import make_category, make_product
from apps.delivery.models import DeliveryZone
from apps.delivery.tests.factories import make_method, make_point, make_rate, make_zone
from apps.promotions.models import Promotion
from apps.promotions.tests.factories import make_code, make_promotion
from apps.store.models import TaxClass

SETTINGS = {"STORE_COUNTRY": "RU", "STORE_TAX_CLASS": "full", "DEFAULT_WEIGHT_G": 500}
POINT = {"provider": "boxes", "code": "MO1"}

# Of the class in the country, from a day to a day. None: without VAT.
TAX_RATES: list[tuple[str, str, str | None, int, int | None]] = [
    ("full", "RU", "18.00", 2004, 2018),
    ("full", "RU", "20.00", 2019, None),
    ("full", "DE", "19.00", 2007, None),
    ("food", "RU", "10.00", 2004, None),
    ("food", "DE", "7.00", 2007, None),
    ("nil", "RU", "0.00", 2004, None),
    ("exempt", "RU", None, 2004, None),
    ("exempt", "DE", "19.00", 2007, None),
    ("press", "RU", "10.00", 2004, None),
    ("press", "DE", None, 2007, None),
]
# Name, the category above, tax class.
CATEGORIES = [
    ("groceries", "", "food"),
    ("teas", "groceries", ""),
    ("honeys", "groceries", ""),
    ("paper", "", ""),
    ("books", "paper", ""),
]
# Name, category, price, tax class, weight in grams; in the order of their ids.
PRODUCTS: list[tuple[str, str, str, str, int | None]] = [
    ("pen", "", "10.05", "", 20),
    ("tea", "teas", "390.00", "food", 250),
    ("honey", "honeys", "420.00", "", None),
    ("book", "books", "99.99", "nil", 1200),
    ("stamp", "", "33.33", "exempt", 5),
    ("newspaper", "", "47.25", "press", 60),
    ("sticker", "", "0.03", "full", 1),
]
# Country, region, beginning of the postal code; in the order of their ids.
ZONES: dict[str, list[tuple[str, str, str]]] = {
    "Russia": [("RU", "", "")],
    "Oblast": [("RU", "Московская область", "")],
    "Podolsk": [("RU", "", "142")],
    "Moscow": [("RU", "", "10")],
    "Centre": [("RU", "", "101")],
    "Centre again": [("RU", "", "101")],
    "Germany": [("DE", "", "")],
    "Poland": [("PL", "", "")],
    "Warsaw": [("PL", "", "00-9")],
    "Westminster": [("GB", "", "SW1A 1")],
}
METHODS: list[tuple[str, str, dict[str, Any]]] = [
    ("courier", "", {"kind": "courier", "max_weight_g": 30_000, "free_from": 5_000}),
    ("post", "food", {"kind": "post", "free_from": 1_000, "free_from_basis": "before_discounts"}),
    ("parcel", "exempt", {"kind": "pickup_point", "carrier": "boxes", "min_total": 300}),
    ("pickup", "nil", {"kind": "pickup"}),
    ("digital", "", {"kind": "digital"}),
]
# Method, zone ("": everywhere), from a total of, from a weight of, price.
RATES = [
    ("courier", "Russia", 0, 0, "350.00"),
    ("courier", "Russia", 0, 4_000, "550.00"),
    ("courier", "Russia", 0, 20_000, "900.00"),
    ("courier", "Russia", 3_000, 0, "200.00"),
    ("courier", "Russia", 3_000, 4_000, "400.00"),
    ("courier", "Oblast", 0, 0, "420.00"),
    ("courier", "Podolsk", 0, 0, "380.00"),
    ("courier", "Podolsk", 0, 5_000, "680.00"),
    ("courier", "Moscow", 0, 0, "250.00"),
    ("courier", "Centre", 500, 0, "150.00"),
    ("courier", "Centre again", 0, 0, "999.00"),
    ("post", "", 0, 0, "500.00"),
    ("post", "Germany", 0, 0, "1200.00"),
    ("post", "Germany", 0, 1_000, "1500.00"),
    ("post", "Poland", 0, 0, "800.00"),
    ("post", "Warsaw", 0, 0, "700.00"),
    ("post", "Westminster", 0, 0, "990.00"),
    ("parcel", "Russia", 0, 0, "190.00"),
    ("parcel", "Podolsk", 0, 0, "230.00"),
    ("pickup", "Russia", 0, 0, "49.90"),
    ("digital", "Russia", 0, 0, "15.05"),
]
# Name, kind, value, minimum, what it is for: a product, a category, everything.
AUTOMATIC: list[tuple[str, str, str, str, int | None, str]] = [
    ("groceries15", "items", "percent", "15", None, "groceries"),
    ("tea20", "items", "percent", "20", None, "tea"),
    ("order5", "order", "percent", "5", 2_000, ""),
    ("flat300", "order", "fixed", "300", 3_000, ""),
    ("free4000", "order", "free_delivery", "0", 4_000, ""),
]
COUPONS: list[tuple[str, str, str, str, int | None, str]] = [
    ("TEN", "order", "percent", "10", None, ""),
    ("BIG20", "order", "percent", "20", 1_000, ""),
    ("ALL", "order", "percent", "100", None, ""),
    ("FLAT10", "order", "fixed", "10", None, ""),
    ("FLAT70", "order", "fixed", "70", None, ""),
    ("FLAT100", "order", "fixed", "100", None, ""),
    ("FLAT117", "order", "fixed", "117", None, ""),
    ("BOOKS500", "order", "fixed", "500", None, "paper"),
    ("ЧАЙ15", "items", "percent", "15", None, "groceries"),
    ("SHIP", "order", "free_delivery", "0", None, ""),
]


def make_shop() -> dict[str, Product]:
    """Make the shop, with its automatic promotions switched off, and return the products by name."""
    classes: dict[str, TaxClass | None] = {code: make_tax_class(code) for code, *_rest in TAX_RATES}
    classes[""] = None
    categories: dict[str, Category | None] = {"": None}
    for name, parent, tax_class in CATEGORIES:
        categories[name] = make_category(name=name, parent=categories[parent], tax_class=classes[tax_class])
    products = {
        name: make_product(
            name=name,
            category=categories[category],
            price=price,
            tax_class=classes[tax_class],
            weight_g=weight_g,
            stock=1_000,
        )
        for name, category, price, tax_class, weight_g in PRODUCTS
    }
    make_delivery(classes)
    make_promotions(categories, products)
    return products


def make_tax_class(code: str) -> TaxClass:
    """Return the class, made with its rates unless it is there."""
    tax_class, is_new = TaxClass.objects.get_or_create(code=code, defaults={"name_ru": code})
    for of_code, country, rate, first, last in TAX_RATES if is_new else ():
        if of_code == code:
            valid_to = date(last, 12, 31) if last else None
            tax_class.rates.create(
                country=country,
                rate=rate and Decimal(rate),
                valid_from=date(first, 1, 1),
                valid_to=valid_to,
            )
    return tax_class


def make_delivery(classes: dict[str, TaxClass | None]) -> None:
    zones: dict[str, DeliveryZone] = {name: make_zone(*parts, name=name) for name, parts in ZONES.items()}
    methods = {
        code: make_method(code=code, tax_class=classes[tax_class], **values)
        for code, tax_class, values in METHODS
    }
    for code, zone, total, weight, price in RATES:
        make_rate(methods[code], price, zone=zones.get(zone), from_total=total, from_weight_g=weight)
    make_point(**POINT, postal_code="142100")


def make_promotions(categories: dict[str, Category | None], products: dict[str, Product]) -> None:
    for name, scope, kind, value, min_total, of in AUTOMATIC + COUPONS:
        is_automatic = (name, scope, kind, value, min_total, of) in AUTOMATIC
        promotion = make_promotion(
            name_ru=name,
            scope=scope,
            kind=kind,
            value=value,
            min_total=min_total,
            trigger="automatic" if is_automatic else "code",
            is_active=not is_automatic,
            products=[products[of]] if of in products else [],
            categories=[categories[of]] if of and of in categories else [],
        )
        if not is_automatic:
            make_code(promotion, code=name)


def switch_on(automatic: list[str]) -> None:
    """Let these automatic promotions work, and no others."""
    rows = Promotion.objects.filter(trigger="automatic")
    rows.update(is_active=False)
    rows.filter(name_ru__in=automatic).update(is_active=True)
