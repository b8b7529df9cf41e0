"""What the page of an order shows of it, as staff read it: whom, where to, by what, and for how much."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.contrib import admin
from django.db.models import TextChoices
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.money import ZERO
from apps.delivery.phones import national
from apps.orders.models import AddressKind, Order, OrderAddress
from apps.orders.order_parts import address_of, tax_rows_of
from apps.orders.order_text import number_of_rate
from apps.orders.statuses import PaymentStatus, ShipmentStatus

ABOUT = ("id", "user", "contact", "shown_status", "shown_total", "shown_payment", "shown_language")
DATES = ("created_at", "updated_at")
DELIVERY = ("shown_delivery", "shown_shipment", "shown_address", "shown_point", "tracking_number")
OF_ADDRESSES = {"shown_address", "shown_point"}
NOTES = ("customer_note", "gift_message")


@dataclass(frozen=True)
class Row:
    """A row of the bill: what it is, and how much."""

    label: str
    amount: Decimal
    is_total: bool = False


def fieldsets_of(order: Order) -> list[tuple[str | None, dict[str, tuple[str, ...]]]]:
    """Return the fields of the order's page; what the order has nothing of is left out."""
    delivery = [name for name in DELIVERY if order.has_addresses or name not in OF_ADDRESSES]
    sections = {
        None: (*ABOUT, *DATES),
        gettext("Delivery"): tuple(delivery),
        gettext("Bill"): ("shown_billing",) if address_of(order, AddressKind.BILLING) else (),
        gettext("Notes"): tuple(name for name in NOTES if getattr(order, name)),
    }
    return [(title, {"fields": fields}) for title, fields in sections.items() if fields]


def bill_of(order: Order) -> list[Row]:
    """Return what the order costs, part by part, and how much of it is paid."""
    parts = [
        Row(gettext("Goods"), order.goods_total),
        Row(gettext("Discounts on goods"), -order.discount_total),
        Row(gettext("Delivery"), order.delivery_price),
        Row(gettext("Discount on delivery"), -order.delivery_discount),
        *([] if order.prices_include_tax else _taxes(order)),
    ]
    total = Row(gettext("Total"), order.total_price, is_total=True)
    shown = [row for row in parts if row.amount or row is parts[0]]
    return [*shown, total, *(_taxes(order) if order.prices_include_tax else []), *_settled(order)]


def _taxes(order: Order) -> list[Row]:
    text = gettext("including VAT %(rate)s %%") if order.prices_include_tax else gettext("VAT %(rate)s %%")
    rows = tax_rows_of(order, order.fetched_items)
    return [
        Row(text % {"rate": number_of_rate(row.rate)}, row.amount) for row in rows if row.rate is not None
    ]


def _settled(order: Order) -> Iterator[Row]:
    """Yield what was taken back of the total, and paid, where there is any of it."""
    names = ("cancelled_total", "returned_total", "allowance_total", "paid_total", "refunded_total")
    rows = [Row(_label(name), amount) for name in names if (amount := getattr(order, name))]
    yield from rows
    if rows:
        yield Row(
            gettext("Still to pay") if order.balance >= ZERO else gettext("To give back"), abs(order.balance)
        )


def _label(name: str) -> str:
    label: str = getattr(Order._meta.get_field(name), "verbose_name")  # noqa: B009  # the stubs know none
    return f"{label[:1].upper()}{label[1:]}"


class OrderFields:
    """The fields that are no columns, for the list and for the page."""

    @admin.display(description=_("name and e-mail"), empty_value="—")
    def contact(self, order: Order) -> str:
        """Return the customer's name and address: staff who see orders need not see accounts."""
        return ", ".join(filter(None, (order.customer_full_name, order.customer_email)))

    @admin.display(description=_("language"))
    def shown_language(self, order: Order) -> str:
        """Return what the language is called, in which the customer is written to."""
        return str(dict(settings.LANGUAGES).get(order.language, order.language))

    @admin.display(description=_("payment"))
    def shown_payment(self, order: Order) -> SafeString:
        """Return where the money stands, and by which method it comes."""
        return _badge(PaymentStatus, order.payment_status, order.payment_method_name)

    @admin.display(description=_("delivery"), empty_value="—")
    def shown_delivery(self, order: Order) -> str:
        """Return the delivery method."""
        return order.delivery_name

    @admin.display(description=_("shipment"))
    def shown_shipment(self, order: Order) -> SafeString:
        """Return where the parcels are, and who carries them."""
        return _badge(ShipmentStatus, order.shown_shipment_status, order.delivery_carrier)

    @admin.display(description=_("recipient"), empty_value="—")
    def shown_address(self, order: Order) -> str:
        """Return who gets it, and where."""
        return _shown(address_of(order, AddressKind.SHIPPING))

    @admin.display(description=_("pick-up point"), empty_value="—")
    def shown_point(self, order: Order) -> str:
        """Return where it is collected, as the point was when the order was placed."""
        address = address_of(order, AddressKind.SHIPPING)
        if address is None or not (point := address.pickup_point):
            return ""
        place = ", ".join(filter(None, (point["postal_code"], point["city"], point["address"])))
        return _lines(point["name"], place, f"{point['provider']} {point['code']}")

    @admin.display(description=_("billed to"), empty_value="—")
    def shown_billing(self, order: Order) -> str:
        """Return whom it is billed to."""
        return _shown(address_of(order, AddressKind.BILLING))


def _badge(choices: type[TextChoices], status: str, text: str) -> SafeString:
    badge = '<span class="store-status store-{}">{}</span> <span class="store-value">{}</span>'
    return format_html(badge, status, choices(status).label, text)


def _shown(address: OrderAddress | None) -> str:
    if address is None:
        return ""
    place = (address.postal_code, address.country, address.region, address.city, address.district)
    street = (address.line1, address.line2)
    return _lines(
        address.name,
        ", ".join(filter(None, (address.company, address.tax_id))),
        national(address.phone) if address.phone else "",
        ", ".join(filter(None, (*place, *street))),
        address.note,
    )


def _lines(*lines: str) -> str:
    return format_html_join("", '<div class="store-value">{}</div>', ([line] for line in lines if line))
