"""What an order costs: the one calculation for quotes and orders, on the line, in cents, once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.conf import settings

from apps.catalog.configuration import CATEGORY_TREE
from apps.catalog.models import Product
from apps.catalog.product_taxes import tax_code_of
from apps.core.days import day_of
from apps.core.money import ZERO, tax_of
from apps.delivery.configuration import DELIVERY
from apps.delivery.models import AT_A_POINT
from apps.delivery.pricing import DeliveryOption, Parcel, delivery_options, usable_point, weigh
from apps.orders.checkout.basket import Checkout
from apps.orders.checkout.situation import Situation
from apps.orders.configuration import PAYMENT_METHODS, OfferedPaymentMethod
from apps.promotions.configuration import PROMOTIONS
from apps.promotions.discounts import AppliedDiscount, GoodsDiscounts, delivery_discount, goods_discounts
from apps.promotions.terms import Line
from apps.store.configuration import TAXES


@dataclass(frozen=True)
class PricedLine:
    """Pieces of a product with their discount and tax, both of the whole line."""

    product: Product
    quantity: int
    discount: Decimal
    tax_class: str
    tax_rate: Decimal | None
    tax_amount: Decimal

    @property
    def total(self) -> Decimal:
        """Return the price of the pieces, before the discount."""
        return self.product.price * self.quantity

    @property
    def amount(self) -> Decimal:
        """Return it after the discount."""
        return self.total - self.discount


@dataclass(frozen=True)
class PricedDelivery:
    """A delivery method that can be had, with the discount on its price. The tax is of what is left of it."""

    option: DeliveryOption
    price: Decimal
    free_by: AppliedDiscount | None
    tax_rate: Decimal | None
    tax_amount: Decimal

    @property
    def discount(self) -> Decimal:
        """Return what is taken off the price."""
        return self.free_by.amount if self.free_by else ZERO

    @property
    def amount(self) -> Decimal:
        """Return what is left of the price."""
        return self.price - self.discount


@dataclass(frozen=True)
class TaxRow:
    """The tax of all that has one rate; `base` is without it."""

    rate: Decimal | None
    base: Decimal
    amount: Decimal


@dataclass(frozen=True)
class PricedOrder:
    """An order with every price in it. Totals are sums of lines."""

    lines: Sequence[PricedLine]
    goods: GoodsDiscounts
    parcel: Parcel
    offers: Sequence[tuple[DeliveryOption, Decimal]]  # each with the discount that it would have
    delivery: PricedDelivery | None  # None: none is chosen, or the chosen one cannot be had
    payment_methods: Sequence[OfferedPaymentMethod]

    @property
    def items_total(self) -> Decimal:
        """Return the price of the goods, before discounts."""
        return self.parcel.items_total

    @property
    def discount_total(self) -> Decimal:
        """Return the discounts on goods."""
        return self.parcel.items_total - self.parcel.goods

    @property
    def delivery_price(self) -> Decimal:
        """Return the price of delivery, before its discount."""
        return self.delivery.price if self.delivery else ZERO

    @property
    def delivery_discount(self) -> Decimal:
        """Return the discount on delivery."""
        return self.delivery.discount if self.delivery else ZERO

    @property
    def delivery_total(self) -> Decimal:
        """Return what is left of the price of delivery."""
        return self.delivery_price - self.delivery_discount

    @cached_property
    def tax_total(self) -> Decimal:
        """Return the tax of goods and delivery."""
        of_delivery = self.delivery.tax_amount if self.delivery else ZERO
        return sum((line.tax_amount for line in self.lines), start=of_delivery)

    @cached_property
    def total_price(self) -> Decimal:
        """Return what is to be paid."""
        total = self.parcel.goods + self.delivery_total
        return total if settings.PRICES_INCLUDE_TAX else total + self.tax_total

    @property
    def discounts(self) -> list[AppliedDiscount]:
        """Return the promotions that apply, on goods and on delivery."""
        of_delivery = self.delivery.free_by if self.delivery else None
        return [*self.goods.applied, *([of_delivery] if of_delivery else [])]

    @property
    def taxes(self) -> list[TaxRow]:
        """Return the taxes by rate."""
        taxed = [(line.tax_rate, line.amount, line.tax_amount) for line in self.lines]
        if self.delivery:
            taxed.append((self.delivery.tax_rate, self.delivery.amount, self.delivery.tax_amount))
        return tax_rows(taxed, included=settings.PRICES_INCLUDE_TAX)


def price(
    checkout: Checkout, products: Mapping[int, Product], quantities: Mapping[int, int], situation: Situation
) -> PricedOrder:
    """Return what the quantities (pieces, by product id) cost, with delivery, discounts and taxes."""
    configuration = situation.configuration
    promotion_lines = [
        Line(pk, products[pk].category_id, products[pk].price * pieces) for pk, pieces in quantities.items()
    ]
    goods = goods_discounts(
        promotion_lines,
        promotions=configuration[PROMOTIONS],
        tree=configuration[CATEGORY_TREE],
        coupon=situation.coupon,
        now=situation.now,
    )
    parcel = _parcel(products, quantities, goods)
    options = delivery_options(configuration[DELIVERY], parcel, situation.destinations_of(checkout))
    offers = [(option, _free_delivery(option, goods, situation)) for option in options]
    chosen = next((offer for offer in offers if offer[0].method.code == checkout.delivery_method), None)
    rates = _Rates(situation, _country(checkout, situation, chosen[0] if chosen else None))
    discounts = goods.by_product
    return PricedOrder(
        lines=[_line(products[pk], pieces, discounts[pk], rates) for pk, pieces in quantities.items()],
        goods=goods,
        parcel=parcel,
        offers=[(option, free_by.amount if free_by else ZERO) for option, free_by in offers],
        delivery=_delivery(*chosen, rates) if chosen else None,
        payment_methods=configuration[PAYMENT_METHODS],
    )


def tax_rows(taxed: Iterable[tuple[Decimal | None, Decimal, Decimal]], *, included: bool) -> list[TaxRow]:
    """Return the taxes by rate, the highest first, of (rate, amount, tax); amounts may include the tax."""
    bases: dict[Decimal | None, Decimal] = defaultdict(lambda: ZERO)
    taxes: dict[Decimal | None, Decimal] = defaultdict(lambda: ZERO)
    for rate, amount, tax in taxed:
        bases[rate] += amount - tax if included else amount
        taxes[rate] += tax
    highest_first = sorted(bases, key=lambda rate: (rate is not None, rate or ZERO), reverse=True)
    return [TaxRow(rate, bases[rate], taxes[rate]) for rate in highest_first]


class _Rates:
    """The tax rates of the day and the destination, by class."""

    def __init__(self, situation: Situation, country: str) -> None:
        self._configuration = situation.configuration
        self._day, self._destination = day_of(situation.now), country
        self._known: dict[str, Decimal | None] = {}

    def of_product(self, product: Product) -> tuple[str, Decimal | None]:
        """Return the tax class of the product, and its rate."""
        code = tax_code_of(product, self._configuration)
        return code, self._rate(code)

    def of_class(self, tax_class_id: int | None) -> Decimal | None:
        """Return the rate of the tax class; that of the store's own for None."""
        return self._rate(self._configuration[TAXES].code_of(tax_class_id))

    def _rate(self, code: str) -> Decimal | None:
        if code not in self._known:
            taxes = self._configuration[TAXES]
            self._known[code] = taxes.rate_of(code, day=self._day, destination=self._destination)
        return self._known[code]


def _country(checkout: Checkout, situation: Situation, option: DeliveryOption | None) -> str:
    """Return the country of the pick-up point, else of the address; empty: the store's own."""
    if option and option.method.kind in AT_A_POINT:  # the address is that of whoever collects the order
        point = usable_point(option.method, situation.point)
        return point.country if point else ""
    return checkout.shipping_address.country if checkout.shipping_address else ""


def _parcel(products: Mapping[int, Product], quantities: Mapping[int, int], goods: GoodsDiscounts) -> Parcel:
    items_total = sum((products[pk].price * pieces for pk, pieces in quantities.items()), start=ZERO)
    weight_g, is_estimated = weigh((products[pk].weight_g, pieces) for pk, pieces in quantities.items())
    return Parcel(items_total, items_total - goods.total, weight_g, is_estimated)


def _line(product: Product, pieces: int, discount: Decimal, rates: _Rates) -> PricedLine:
    tax_class, rate = rates.of_product(product)
    amount = product.price * pieces - discount
    tax = tax_of(amount, rate, included=settings.PRICES_INCLUDE_TAX)
    return PricedLine(product, pieces, discount, tax_class, rate, tax)


def _free_delivery(
    option: DeliveryOption, goods: GoodsDiscounts, situation: Situation
) -> AppliedDiscount | None:
    return delivery_discount(
        goods,
        price=option.price,
        promotions=situation.configuration[PROMOTIONS],
        tree=situation.configuration[CATEGORY_TREE],
        coupon=situation.coupon,
        now=situation.now,
    )


def _delivery(
    option: DeliveryOption, free_by: AppliedDiscount | None, rates: _Rates
) -> PricedDelivery | None:
    if option.price is None or not option.available:
        return None
    rate = rates.of_class(option.method.tax_class_id)
    left = option.price - (free_by.amount if free_by else ZERO)
    tax = tax_of(left, rate, included=settings.PRICES_INCLUDE_TAX)
    return PricedDelivery(option, option.price, free_by, rate, tax)
