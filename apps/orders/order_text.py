"""What mails and invoices say of an order beside its lines: sums, taxes, and where it goes."""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext as _

from apps.core.money import format_money
from apps.delivery.addresses import PostalAddress, printed
from apps.orders.checkout import TaxRow
from apps.orders.models import AddressKind, Order, OrderItem
from apps.orders.order_parts import address_of, tax_rows_of

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Sum:
    """An amount with what it is for."""

    label: str
    amount: str

    def __str__(self) -> str:
        return f"{self.label}: {self.amount}"


def address_of_order(order_id: int) -> str:
    """Return where customers find the order: in the shop's app, if there is one, else the store's address."""
    return f"{settings.STORE_APP_URL}/orders/{order_id}" if settings.STORE_APP_URL else settings.STORE_URL


def sums_before_total(order: Order) -> list[Sum]:
    """Return what the total is made of; nothing where that is the goods alone."""
    parts = _discounts(order, "items")
    if order.delivery_method:
        delivery = _("Delivery (%(name)s)") % {"name": order.delivery_name}
        parts.append(Sum(delivery, format_money(order.delivery_price, order.currency)))
    parts += _discounts(order, "delivery")
    if not order.prices_include_tax:
        parts += [_tax(_("VAT %(rate)s %%"), row, order) for row in _tax_rows(order) if row.rate is not None]
    return parts and [Sum(_("Goods"), format_money(order.goods_total, order.currency)), *parts]


def taxes_in_total(order: Order) -> list[Sum]:
    """Return the taxes that the total includes, if prices do, and the price of what is without VAT.

    An order without any tax rate says nothing of taxes.
    """
    if not (order.prices_include_tax and is_taxed(order)):
        return []
    return [
        Sum(_("without VAT"), format_money(row.base, order.currency))
        if row.rate is None
        else _tax(_("including VAT %(rate)s %%"), row, order)
        for row in _tax_rows(order)
    ]


def is_taxed(order: Order) -> bool:
    """Tell whether anything in the order has a tax rate, be it 0 %."""
    return any(row.rate is not None for row in _tax_rows(order))


def rate_text(rate: Decimal | None) -> str:
    """Return the tax rate as a column shows it."""
    return _("no VAT") if rate is None else f"{number_of_rate(rate)} %"


def number_of_rate(rate: Decimal) -> str:
    """Return the tax rate without a percent sign, with no more decimals than it has."""
    return formats.number_format(Decimal(f"{rate.normalize():f}"))


def destination(order: Order) -> tuple[str, list[str]] | None:
    """Return where the order goes, as a heading and lines: its pick-up point, or the address."""
    address = address_of(order, AddressKind.SHIPPING)
    if address is None:
        return None
    if point := address.pickup_point:
        town = " ".join(filter(None, (point["postal_code"], point["city"])))
        who = printed(PostalAddress(name=address.name, phone=address.phone, country=point["country"]))
        return _("Pick-up point"), [line for line in (point["name"], point["address"], town) if line] + who
    return _("Delivery address"), printed(PostalAddress.of(address))


def line_price(item: OrderItem, currency: str) -> str:
    """Return what the line costs, with the discount that was taken off."""
    total = format_money(item.total, currency)
    if not item.discount:
        return total
    discount, amount = format_money(item.discount, currency), format_money(item.amount, currency)
    return f"{total} {MINUS} {discount} = {amount}"


def _discounts(order: Order, target: str) -> list[Sum]:
    return [
        Sum(
            _("Discount “%(name)s”") % {"name": discount.name}
            + (f" ({discount.code})" if discount.code else ""),
            MINUS + format_money(discount.amount, order.currency),
        )
        for discount in order.fetched_discounts
        if discount.target == target
    ]


def _tax(text: str, row: TaxRow, order: Order) -> Sum:
    rate = "" if row.rate is None else number_of_rate(row.rate)
    return Sum(text % {"rate": rate}, format_money(row.amount, order.currency))


def _tax_rows(order: Order) -> list[TaxRow]:
    return tax_rows_of(order, order.items.all())
