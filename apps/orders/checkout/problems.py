"""Every problem that stands in the way of an order, in the order in which they are told."""

from collections.abc import Iterator
from decimal import Decimal

from django.conf import settings

from apps.catalog.exceptions import InsufficientStock
from apps.catalog.stock import shortages_of
from apps.core.exceptions import DomainError, Fault
from apps.delivery.addresses import address_faults
from apps.delivery.configuration import DELIVERY
from apps.delivery.exceptions import (
    AddressRequired,
    DeliveryOptionPayload,
    DeliveryRequired,
    DeliveryTooHeavy,
    DeliveryUnavailable,
    PickupPointRequired,
    PickupPointUnavailable,
)
from apps.delivery.models import AT_A_POINT, DeliveryKind
from apps.delivery.pricing import option_payload
from apps.orders.checkout.assessment import Assessment
from apps.orders.checkout.basket import MAX_QUANTITY, Basket
from apps.orders.checkout.price_changes import price_changed
from apps.orders.checkout.pricing import PricedOrder
from apps.orders.exceptions import (
    InvalidAddress,
    PaymentMethodRequired,
    PaymentMethodUnavailable,
    QuantityStep,
    QuantityTooLarge,
    TotalTooLarge,
    UnavailableItems,
    WrongStep,
)
from apps.users.exceptions import EmailUnverified

MAX_TOTAL = Decimal("9999999999999.99")  # what the column holds, and SQLite keeps exactly


def problems(assessment: Assessment) -> Iterator[DomainError]:
    """Yield every reason against the order; read what that needs.

    Placing raises the first, a quote shows all.
    """
    if settings.ORDERS_NEED_VERIFIED_EMAIL and assessment.customer.email_verified_at is None:
        yield EmailUnverified()
    yield from _problems_of_items(assessment.basket)
    yield from _problems_of_delivery(assessment)
    yield from _problems_of_addresses(assessment)
    yield from _problems_of_point(assessment)
    if refusal := assessment.coupon_outcome.refusal:
        yield refusal
    yield from _problems_of_payment(assessment)
    yield from _problems_of_total(assessment)


def _problems_of_items(basket: Basket) -> Iterator[DomainError]:
    if basket.missing:
        yield UnavailableItems(basket.positions_of(basket.missing))
    if any(quantity > MAX_QUANTITY for quantity in basket.quantities.values()):
        yield QuantityTooLarge()
    if wrong := _wrong_steps(basket):
        yield QuantityStep(wrong)
    if shortages := shortages_of(basket.products, basket.available):
        yield InsufficientStock(shortages)


def _wrong_steps(basket: Basket) -> list[WrongStep]:
    wrong = {
        pk: product
        for pk, product in basket.products.items()
        if not product.is_sold_in(basket.quantities[pk])
    }
    return [
        WrongStep(position, product.min_quantity, product.quantity_step)
        for position, line in enumerate(basket.lines)
        if (product := wrong.get(line.product_id))
    ]


def _problems_of_delivery(assessment: Assessment) -> Iterator[DomainError]:
    if not assessment.checkout.delivery_method:
        if settings.ORDERS_NEED_DELIVERY:
            yield DeliveryRequired(_available(assessment.priced))
        return
    option = assessment.option
    if option is None or option.reason not in (None, "address_required", "delivery_too_heavy"):
        yield DeliveryUnavailable(_available(assessment.priced))
    elif option.reason == "delivery_too_heavy":
        yield DeliveryTooHeavy(_available(assessment.priced))


def _available(priced: PricedOrder) -> list[DeliveryOptionPayload]:
    return [option_payload(option, discount) for option, discount in priced.offers if option.available]


def _problems_of_addresses(assessment: Assessment) -> Iterator[DomainError]:
    method = assessment.option.method if assessment.option else None
    shipping, billing = assessment.checkout.shipping_address, assessment.checkout.billing_address
    if method and method.kind != DeliveryKind.DIGITAL and shipping is None:
        yield AddressRequired()
    faults: list[Fault] = []
    if shipping is not None:
        # Of whoever collects the order, the name and the phone are asked for.
        wanted = ["name"] if method and method.kind in AT_A_POINT else None
        also = ["phone"] if method and method.needs_phone else []
        faults += address_faults(shipping, pointer="/shipping_address", required=wanted, also=also)
    if billing is not None:
        faults += address_faults(billing, pointer="/billing_address")
    if faults:
        yield InvalidAddress(faults)


def _problems_of_point(assessment: Assessment) -> Iterator[DomainError]:
    method = assessment.option.method if assessment.option else None
    choice, configuration = assessment.checkout.pickup_point, assessment.situation.configuration
    if method is None or method.kind not in AT_A_POINT:
        return
    if choice is None:
        if method.kind == DeliveryKind.PICKUP_POINT or configuration[DELIVERY].has_several_shops:
            yield PickupPointRequired()
    elif assessment.chosen_point is None:
        yield PickupPointUnavailable()


def _problems_of_payment(assessment: Assessment) -> Iterator[DomainError]:
    if not assessment.checkout.payment_method:
        if settings.ORDERS_NEED_PAYMENT_METHOD:
            yield PaymentMethodRequired()
        return
    method = assessment.payment_method
    if method is None or method.reason_against(
        assessment.priced.total_price, assessment.checkout.delivery_method
    ):
        yield PaymentMethodUnavailable()


def _problems_of_total(assessment: Assessment) -> Iterator[DomainError]:
    priced, expected = assessment.priced, assessment.checkout.expected_total
    if max(priced.total_price, priced.items_total) > MAX_TOTAL:
        yield TotalTooLarge()
    # A total without something that was chosen says nothing about prices.
    is_whole = not (
        assessment.basket.missing
        or assessment.coupon_outcome.refusal
        or (assessment.checkout.delivery_method and priced.delivery is None)
    )
    if is_whole and expected is not None and expected != priced.total_price:
        yield price_changed(assessment.checkout, assessment.basket, assessment.situation, priced, expected)
