"""Random shops with everything that a price can depend on, and random bodies of orders in them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.catalog.models import Category, Product
from apps.catalog.tests.factories import make_category, make_product
from apps.delivery.models import DeliveryMethod, DeliveryRate, DeliveryZone, DeliveryZoneMember, PickupPoint
from apps.orders.tests.checkout_shop import ADDRESS, make_payment_method, make_point
from apps.promotions.models import Promotion, PromotionCode
from apps.store.models import TaxClass, TaxRate

RATES = (None, "0.00", "5.00", "7.00", "10.00", "19.00", "20.00", "22.00", "12.34")
CODES = {"RU": ("101000", "101999", "190000", "630000"), "KZ": ("050000", "010000"), "DE": ("10115",)}
ZONES: tuple[tuple[tuple[str, str, str], ...], ...] = (  # parts: country, region, beginning of the code
    (("RU", "", ""),),
    (("RU", "", "101"), ("RU", "", "10-19 99")),
    (("RU", " москва", ""), ("KZ", "", "05")),
    (("KZ", "", ""), ("RU", "", "6")),
    (),  # everywhere
)
KINDS = ("courier", "post", "pickup_point", "pickup", "digital")


@dataclass
class Offer:
    """A promotion, with what it is for and its code."""

    row: Promotion
    product_ids: frozenset[int]
    category_ids: frozenset[int]
    code: str = ""


@dataclass
class RandomShop:
    """The rows of a shop, as plain lists: `reference_prices` works the same out of them in its own way."""

    gross: bool
    to_destination: bool
    parents: dict[int, int | None] = field(default_factory=dict)  # of categories
    category_classes: dict[int, str | None] = field(default_factory=dict)
    product_classes: dict[int, str | None] = field(default_factory=dict)
    tax_rates: dict[tuple[str, str], Decimal | None] = field(default_factory=dict)  # by class and country
    products: list[Product] = field(default_factory=list)
    methods: list[tuple[DeliveryMethod, str | None, list[DeliveryRate]]] = field(default_factory=list)
    zones: list[tuple[DeliveryZone, Sequence[tuple[str, str, str]]]] = field(default_factory=list)
    points: list[PickupPoint] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)


class ShopMaker:
    """Makes a shop by chance."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.classes: list[TaxClass] = []

    def make(self) -> RandomShop:
        """Store a shop and return it."""
        shop = RandomShop(gross=self.chance.random() < 0.5, to_destination=self.chance.random() < 0.5)
        self._taxes(shop)
        self._catalogue(shop)
        self._delivery(shop)
        self._promotions(shop)
        make_payment_method(moves_to_processing=True)
        return shop

    def _taxes(self, shop: RandomShop) -> None:
        self.classes = [
            TaxClass.objects.get_or_create(code=code, defaults={"name_ru": code})[0]
            for code in ("standard", "reduced", "zero", "none")
        ]
        TaxRate.objects.all().delete()
        today, rows = timezone.localdate(), []
        for tax_class in self.classes:
            for country in ("RU", "KZ"):
                if self.chance.random() < 0.2:
                    continue  # no rate there
                rate = self._one_of(*RATES)
                shop.tax_rates[tax_class.code, country] = found = None if rate is None else Decimal(rate)
                days = ((date(2000, 1, 1), today - timedelta(1), Decimal(99)), (today, None, found))
                rows += [
                    TaxRate(tax_class=tax_class, country=country, rate=rate, valid_from=since, valid_to=until)
                    for since, until, rate in days
                ]
        TaxRate.objects.bulk_create(rows)

    def _catalogue(self, shop: RandomShop) -> None:
        categories: list[Category] = []
        for _number in range(6):
            tax_class = self._maybe_class()
            category = make_category(parent=self._one_of(None, *categories), tax_class=tax_class)
            categories.append(category)
            shop.parents[category.pk] = category.parent_id
            shop.category_classes[category.pk] = tax_class.code if tax_class else None
        for _number in range(10):
            tax_class = self._maybe_class()
            price = self._one_of("0.01", "0.00", self._money(10), self._money(1_000), self._money(99_999))
            product = make_product(
                category=self._one_of(*categories),
                tax_class=tax_class,
                price=Decimal(price),
                weight_g=self._one_of(None, 0, 1, self.chance.randint(1, 5_000)),
                stock=10**7,
            )
            shop.product_classes[product.pk] = tax_class.code if tax_class else None
            shop.products.append(product)

    def _delivery(self, shop: RandomShop) -> None:
        for number, parts in enumerate(ZONES):
            zone = DeliveryZone.objects.create(name=f"Зона {number}")
            for country, region, prefix in parts:
                DeliveryZoneMember.objects.create(
                    zone=zone, country=country, region=region, postal_prefix=prefix
                )
            shop.zones.append((zone, parts))
        shop.points = [
            make_point("p1", postal_code="101000"),
            make_point("p2", country="KZ", postal_code="050000", city="Алматы", max_weight_g=4_000),
            make_point("s1", provider="own", kind="shop", region="Москва"),
        ]
        for kind in KINDS:
            self._method(shop, kind)

    def _method(self, shop: RandomShop, kind: str) -> None:
        tax_class = self._maybe_class()
        method = DeliveryMethod.objects.create(
            code=kind,
            name_ru=kind,
            kind=kind,
            carrier=shop.points[0].provider if kind == "pickup_point" else "",
            tax_class=tax_class,
            min_total=self._seldom(self._money(100)),
            max_total=self._seldom(self._money(900_000)),
            max_weight_g=self._seldom(self.chance.randint(1_000, 90_000)),
            free_from=self._seldom(self._money(2_000)),
            free_from_basis=self._one_of("after_discounts", "before_discounts"),
        )
        rates = []
        for zone in [None, *(zone for zone, _parts in shop.zones)]:
            steps = {(Decimal(0), 0)} if self.chance.random() < 0.6 else set()
            steps |= {(self._money(3_000), self.chance.choice([0, 2_000])) for _step in range(2) if steps}
            rates += [
                DeliveryRate(
                    method=method, zone=zone, from_total=total, from_weight_g=weight, price=self._price()
                )
                for total, weight in sorted(steps)
            ]
        DeliveryRate.objects.bulk_create(rates)
        shop.methods.append((method, tax_class.code if tax_class else None, rates))

    def _promotions(self, shop: RandomShop) -> None:
        for _number in range(self.chance.randint(0, 3)):
            self._promotion(shop, "automatic", scope="items", kind="percent")
        for _number in range(self.chance.randint(0, 2)):
            self._promotion(shop, "automatic", kind=self._one_of("percent", "fixed"))
        for kind in ("percent", "fixed", "free_delivery", "percent"):
            self._promotion(shop, "code", kind=kind, scope=self._one_of("order", "items"))
        if self.chance.random() < 0.3:
            self._promotion(shop, "automatic", kind="free_delivery")

    def _promotion(self, shop: RandomShop, trigger: str, *, kind: str, scope: str = "order") -> None:
        now, hour = timezone.now(), timedelta(hours=1)
        value: Any = {"percent": self._one_of(1, 7, 10, 33, "12.5", 100), "fixed": self._money(700) + 1}
        row = Promotion.objects.create(
            name_ru=f"{trigger} {kind}",
            kind=kind,
            scope=scope,
            trigger=trigger,
            value=Decimal(value.get(kind, 0)),
            min_total=self._seldom(self._money(1_000)),
            starts_at=self._one_of(None, None, now - hour, now + hour),
            ends_at=self._one_of(None, None, None, now + 2 * hour, now - hour / 2),
            usage_limit=self._seldom(10**6) if trigger == "code" else None,
            first_order_only=False,
        )
        products = self.chance.sample(shop.products, self.chance.choice([0, 0, 2, 5]))
        categories = self.chance.sample(sorted(shop.parents), self.chance.choice([0, 0, 1, 2]))
        row.products.set(products)
        row.categories.set(categories)
        code = f"CODE{len(shop.offers)}" if trigger == "code" else ""
        if code:
            PromotionCode.objects.create(promotion=row, code=code, usage_limit=self._seldom(10**6))
        ids = frozenset(product.pk for product in products)
        shop.offers.append(Offer(row, ids, frozenset(categories), code))

    def _money(self, most: int) -> Decimal:
        return Decimal(self.chance.randint(0, most * 100)) / 100

    def _price(self) -> Decimal:
        return self.chance.choice([Decimal(0), self._money(900), self._money(900)])

    def _maybe_class(self) -> TaxClass | None:
        return self.chance.choice([None, *self.classes])

    def _one_of(self, *values: Any) -> Any:
        return self.chance.choice(values)

    def _seldom(self, value: Any) -> Any:
        return value if self.chance.random() < 0.25 else None


def random_body(shop: RandomShop, chance: random.Random) -> dict[str, Any]:
    """Return the body of an order; some of them are refused."""
    products = chance.choices(shop.products, k=chance.randint(1, 9))
    body: dict[str, Any] = {
        "items": [{"product_id": each.pk, "quantity": chance.choice([1, 2, 3, 7, 60])} for each in products]
    }
    method = chance.choice([None, "teleport" if chance.random() < 0.1 else "courier", *KINDS])
    if method:
        body["delivery"] = {"method": method}
    if method in KINDS[:4] or chance.random() < 0.2:
        country = chance.choice(["RU", "RU", "KZ", "DE"])
        region = chance.choice(["", "Москва", "Край"])
        body["shipping_address"] = ADDRESS | {
            "phone": "",
            "country": country,
            "region": region,
            "postal_code": chance.choice(CODES[country]),
        }
    if method in ("pickup_point", "pickup"):
        point = shop.points[2] if method == "pickup" else chance.choice(shop.points[:2])
        body["pickup_point"] = {"provider": point.provider, "code": point.code}
    if chance.random() < 0.6:
        code = chance.choice([each.code for each in shop.offers if each.code])
        body["coupon"] = chance.choice([code, code.lower(), f" {code} "])
    if chance.random() < 0.5:
        body["payment_method"] = "invoice"
    return body
