"""What a body costs in a random shop, worked out a second time from the rules alone and the shop's rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from django.utils import timezone

from apps.orders.tests.random_shops import Offer, RandomShop

CENT, ZERO = Decimal("0.01"), Decimal(0)


@dataclass
class ReferencePrice:
    """All figures of an order, by product id where they are of a line."""

    base: dict[int, Decimal] = field(default_factory=dict)
    discount: dict[int, Decimal] = field(default_factory=dict)
    tax: dict[int, tuple[Decimal | None, Decimal]] = field(default_factory=dict)
    applied: list[tuple[int, str, str, Decimal]] = field(
        default_factory=list
    )  # promotion, kind, target, amount
    delivery: tuple[Decimal, Decimal, Decimal | None, Decimal] | None = None  # price, discount, rate, tax
    total: Decimal = ZERO
    refusals: list[tuple[str, str | None]] = field(default_factory=list)  # code and reason

    @property
    def tax_total(self) -> Decimal:
        """Return the sum of the taxes."""
        return sum((tax for _rate, tax in self.tax.values()), self.delivery[3] if self.delivery else ZERO)


class Reckoner:
    """Works out what one body costs."""

    def __init__(self, shop: RandomShop, body: dict[str, Any]) -> None:
        self.shop, self.body, self.now = shop, body, timezone.now()
        self.products = {product.pk: product for product in shop.products}
        self.pieces: dict[int, int] = {}
        for item in sorted(body["items"], key=lambda item: item["product_id"]):
            self.pieces[item["product_id"]] = self.pieces.get(item["product_id"], 0) + item["quantity"]
        code = body.get("coupon", "").strip().upper()
        self.coupon = next((offer for offer in shop.offers if offer.code == code and code), None)
        self.method = (body.get("delivery") or {}).get("method")
        self.price = ReferencePrice()

    def reckon(self) -> ReferencePrice:
        """Return the price."""
        price = self.price
        price.base = {pk: self.products[pk].price * pieces for pk, pieces in self.pieces.items()}
        left = self._off_lines()
        subtotal = sum(left.values(), ZERO)
        refusal = self._refusal(subtotal)
        self._off_order(left, subtotal, refusal)
        price.applied = [each for each in price.applied if each[3]]
        goods = sum(price.base.values(), ZERO) - sum(price.discount.values(), ZERO)
        self._deliver(goods, subtotal, refusal)
        self._judge_coupon(left, refusal)
        country = self._country()
        for pk in self.pieces:
            rate = self._rate(self._class_of(pk), country)
            price.tax[pk] = rate, self._tax(price.base[pk] - price.discount[pk], rate)
        price.total = goods + (price.delivery[0] - price.delivery[1] if price.delivery else ZERO)
        if not self.shop.gross:
            price.total += price.tax_total
        return price

    # --- Promotions

    def _automatic(self, scope: str, total: Decimal) -> list[Offer]:
        return [
            offer
            for offer in self.shop.offers
            if not offer.code
            and (offer.row.kind, offer.row.scope)[scope != "free_delivery"] == scope
            and (offer.row.kind == "free_delivery") == (scope == "free_delivery")
            and self._runs(offer)
            and total >= (offer.row.min_total or 0)
        ]

    def _off_lines(self) -> dict[int, Decimal]:
        offers = self._automatic("items", sum(self.price.base.values(), ZERO))
        sums: dict[int, Decimal] = {}
        for pk, base in self.price.base.items():
            mine = [offer for offer in offers if self._covers(offer, pk)]
            best = min(mine, key=lambda offer: (-offer.row.value, offer.row.pk), default=None)
            self.price.discount[pk] = cents(Fraction(base) * Fraction(best.row.value) / 100) if best else ZERO
            if best:
                sums[best.row.pk] = sums.get(best.row.pk, ZERO) + self.price.discount[pk]
        self.price.applied = [(pk, "automatic", "items", amount) for pk, amount in sorted(sums.items())]
        return {pk: base - self.price.discount[pk] for pk, base in self.price.base.items()}

    def _off_order(self, left: dict[int, Decimal], subtotal: Decimal, refusal: str | None) -> None:
        offers = self._automatic("order", subtotal)
        if self.coupon and refusal is None and self.coupon.row.kind != "free_delivery":
            offers = [self.coupon, *offers]  # the first of equals wins: the coupon, then the lower id
        if not offers:
            return
        best = max(offers, key=lambda offer: self._worth(offer, left))
        worth, covered = self._worth(best, left), [pk for pk in left if self._covers(best, pk)]
        for pk, share in zip(covered, shares(worth, [left[pk] for pk in covered]), strict=True):
            self.price.discount[pk] += share
        self.price.applied.append((best.row.pk, "coupon" if best.code else "automatic", "items", worth))

    def _worth(self, offer: Offer, left: dict[int, Decimal]) -> Decimal:
        total = sum((rest for pk, rest in left.items() if self._covers(offer, pk)), ZERO)
        if offer.row.kind == "fixed":
            return min(offer.row.value, total)
        return cents(Fraction(total) * Fraction(offer.row.value) / 100)

    def _covers(self, offer: Offer, pk: int) -> bool:
        if not offer.product_ids and not offer.category_ids:
            return True
        at, above = self.products[pk].category_id, set()
        while at is not None:
            above.add(at)
            at = self.shop.parents[at]
        return pk in offer.product_ids or bool(above & offer.category_ids)

    def _covers_any(self, offer: Offer) -> bool:
        return any(self._covers(offer, pk) for pk in self.pieces)

    def _runs(self, offer: Offer) -> bool:
        since, until = offer.row.starts_at, offer.row.ends_at
        return (since is None or since <= self.now) and (until is None or self.now < until)

    def _refusal(self, subtotal: Decimal) -> str | None:
        if not self.coupon:
            return None
        row = self.coupon.row
        if row.ends_at and row.ends_at <= self.now:
            return "not_valid"
        if row.starts_at and row.starts_at > self.now:
            return "not_yet"
        return "below_minimum" if subtotal < (row.min_total or 0) else None

    def _judge_coupon(self, left: dict[int, Decimal], refusal: str | None) -> None:
        if self.coupon and refusal is None:
            if self.coupon.row.kind == "free_delivery":
                costs = self.price.delivery is not None and self.price.delivery[0] > 0
                refusal = None if costs and self._covers_any(self.coupon) else "nothing_applies"
            elif not self._worth(self.coupon, left):
                refusal = "nothing_applies"
        if refusal:
            self.price.refusals.append(("coupon_invalid", refusal))

    # --- Delivery

    def _deliver(self, goods: Decimal, subtotal: Decimal, refusal: str | None) -> None:
        if not self.method:
            return
        chosen = next((each for each in self.shop.methods if each[0].code == self.method), None)
        cost = self._cost(*chosen, goods) if chosen else "delivery_unavailable"
        if isinstance(cost, str):
            self.price.refusals.append((cost, None))
            return
        by, free = "automatic", [o for o in self._automatic("free_delivery", subtotal) if self._covers_any(o)]
        if not free and self.coupon and refusal is None and self.coupon.row.kind == "free_delivery":
            by, free = "coupon", [self.coupon] if self._covers_any(self.coupon) else []
        off = cost if free else ZERO
        if off:
            self.price.applied.append((free[0].row.pk, by, "delivery", off))
        rate = self._rate(chosen[1] or "standard", self._country())
        self.price.delivery = cost, off, rate, self._tax(cost - off, rate)

    def _cost(self, method: Any, _tax_class: Any, rates: list[Any], goods: Decimal) -> Decimal | str:
        if goods < (method.min_total or 0) or (method.max_total is not None and goods > method.max_total):
            return "delivery_unavailable"
        found = [rate for rate in rates if self._ranks(rate) is not None]
        if not found:
            return "delivery_unavailable"
        best = max(self._ranks(rate) for rate in found)
        weight = sum(
            pieces * (500 if self.products[pk].weight_g is None else self.products[pk].weight_g)
            for pk, pieces in self.pieces.items()
        )
        steps = [
            rate
            for rate in found
            if self._ranks(rate) == best and rate.from_total <= goods and rate.from_weight_g <= weight
        ]
        if not steps:
            return "delivery_unavailable"
        limits = [method.max_weight_g, self._point().max_weight_g if self._point() else None]
        if any(limit is not None and weight > limit for limit in limits):
            return "delivery_too_heavy"
        before = method.free_from_basis == "before_discounts"
        reached = sum(self.price.base.values(), ZERO) if before else goods
        if method.free_from is not None and reached >= method.free_from:
            return ZERO
        return max(steps, key=lambda rate: (rate.from_total, rate.from_weight_g)).price

    def _ranks(self, rate: Any) -> tuple[int, int, int, int] | None:
        """Return how well the rate's zone fits the place, the highest first; None where it does not."""
        if rate.zone_id is None:
            return 0, 0, 0, 1
        zone, parts = next(each for each in self.shop.zones if each[0].pk == rate.zone_id)
        if not parts:
            return 0, 0, 0, -zone.pk
        country, region, code = self._place()
        fits = [
            (len(plain(prefix)), int(bool(where)), 1, -zone.pk)
            for land, where, prefix in parts
            if land == country
            and code.startswith(plain(prefix))
            and (not where or where.strip().lower() == region.strip().lower())
        ]
        return max(fits, default=None)

    def _point(self) -> Any:
        choice = self.body.get("pickup_point")
        if self.method not in ("pickup", "pickup_point") or not choice:
            return None
        return next(point for point in self.shop.points if point.code == choice["code"])

    def _place(self) -> tuple[str, str, str]:
        if point := self._point():
            return point.country, point.region, point.postal_code
        if self.method == "digital":
            return "RU", "", ""
        address = self.body["shipping_address"]
        return address["country"], address["region"], address["postal_code"]

    # --- Taxes

    def _country(self) -> str:
        if not self.shop.to_destination:
            return "RU"
        if point := self._point():
            return point.country
        return self.body["shipping_address"]["country"] if "shipping_address" in self.body else "RU"

    def _class_of(self, pk: int) -> str:
        if own := self.shop.product_classes[pk]:
            return own
        at = self.products[pk].category_id
        while at is not None:
            if found := self.shop.category_classes[at]:
                return found
            at = self.shop.parents[at]
        return "standard"

    def _rate(self, code: str, country: str) -> Decimal | None:
        rates = self.shop.tax_rates
        return rates[code, country] if (code, country) in rates else rates.get((code, "RU"))

    def _tax(self, amount: Decimal, rate: Decimal | None) -> Decimal:
        if rate is None:
            return ZERO
        return cents(Fraction(amount) * Fraction(rate) / (100 + (Fraction(rate) if self.shop.gross else 0)))


def cents(exact: Fraction) -> Decimal:
    """Return the number in whole cents, half a cent up."""
    return Decimal(int(exact * 100 + Fraction(1, 2))) * CENT


def shares(amount: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """Share the amount by largest remainders; equal ones go to the earlier weights."""
    total = sum(weights, ZERO)
    if not total:
        return [ZERO for _weight in weights]
    exact = [Fraction(amount) * 100 * Fraction(weight) / Fraction(total) for weight in weights]
    whole = [int(each) for each in exact]
    order = sorted(range(len(exact)), key=lambda place: whole[place] - exact[place])  # sorting is stable
    for place in order[: int(amount * 100) - sum(whole)]:
        whole[place] += 1
    return [each * CENT for each in whole]


def plain(prefix: str) -> str:
    """Return a postal code as it is compared."""
    return prefix.replace(" ", "").replace("-", "").upper()


def rounded(amounts: Iterable[Decimal]) -> list[str]:
    """Return amounts as they stand in an answer."""
    return [f"{amount.quantize(CENT, ROUND_HALF_UP)}" for amount in amounts]
