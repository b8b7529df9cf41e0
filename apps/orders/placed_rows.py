"""Rows of a placed order: the order itself, its items, addresses and discounts, as they were priced."""

from datetime import timedelta

from django.conf import settings

from apps.core.money import money_text
from apps.delivery.pickup_points import point_snapshot
from apps.orders.checkout import PricedOrder
from apps.orders.checkout.assessment import Assessment
from apps.orders.models import AddressKind, Order, OrderAddress, OrderDiscount, OrderItem
from apps.orders.statuses import payment_status_of


def new_order(assessment: Assessment, *, language: str) -> Order:
    """Return the order, not stored yet, with its totals and the methods that were chosen."""
    checkout, priced = assessment.checkout, assessment.priced
    order = Order(
        user=assessment.customer,
        total_price=priced.total_price,
        items_total=priced.items_total,
        discount_total=priced.discount_total,
        tax_total=priced.tax_total,
        prices_include_tax=settings.PRICES_INCLUDE_TAX,
        has_addresses=bool(checkout.shipping_address or checkout.billing_address),
        customer_note=checkout.customer_note,
        gift_message=checkout.gift_message,
        currency=settings.STORE_CURRENCY,
        language=language,
        **_delivery_columns(priced),
    )
    if payment := assessment.payment_method:
        order.payment_method, order.payment_method_name = payment.row.code, payment.row.name
        if payment.row.expire_minutes is not None and priced.total_price > 0:
            order.expires_at = assessment.situation.now + timedelta(minutes=payment.row.expire_minutes)
    order.payment_status = payment_status_of(order)
    return order


def write_parts(order: Order, assessment: Assessment) -> None:
    """Store the items, addresses and discounts of the order, each kind in one statement."""
    order.fetched_items = OrderItem.objects.bulk_create(_items(order, assessment.priced))
    order.fetched_addresses = _addresses(order, assessment)
    order.fetched_discounts = _discounts(order, assessment.priced)
    if order.fetched_addresses:
        OrderAddress.objects.bulk_create(order.fetched_addresses)
    if order.fetched_discounts:
        OrderDiscount.objects.bulk_create(order.fetched_discounts)


def _delivery_columns(priced: PricedOrder) -> dict[str, object]:
    if priced.delivery is None:
        return {}
    method = priced.delivery.option.method
    return {
        "delivery_method": method.code,
        "delivery_name": method.name,
        "delivery_kind": method.kind,
        "delivery_carrier": method.carrier,
        "delivery_price": priced.delivery.price,
        "delivery_discount": priced.delivery.discount,
        "delivery_tax_rate": priced.delivery.tax_rate,
        "delivery_tax": priced.delivery.tax_amount,
    }


def _items(order: Order, priced: PricedOrder) -> list[OrderItem]:
    return [
        OrderItem(
            order=order,
            product=line.product,
            product_name=line.product.shown_name,  # as the customer has read it
            sku=line.product.sku,
            quantity=line.quantity,
            price=line.product.price,
            discount=line.discount,
            tax_class=line.tax_class,
            tax_rate=line.tax_rate,
            tax_amount=line.tax_amount,
            weight_g=line.product.weight_g,
        )
        for line in priced.lines
    ]


def _addresses(order: Order, assessment: Assessment) -> list[OrderAddress]:
    checkout, point = assessment.checkout, assessment.chosen_point
    addresses = []
    if shipping := checkout.shipping_address:
        address = OrderAddress(order=order, kind=AddressKind.SHIPPING, **vars(shipping))
        address.pickup_point = point_snapshot(point) if point else None
        addresses.append(address)
    if billing := checkout.billing_address:
        addresses.append(OrderAddress(order=order, kind=AddressKind.BILLING, **vars(billing)))
    return addresses


def _discounts(order: Order, priced: PricedOrder) -> list[OrderDiscount]:
    return [
        OrderDiscount(
            order=order,
            promotion_id=discount.promotion_id,
            kind=discount.kind,
            code=discount.code,
            name=discount.name,
            target=discount.target,
            amount=discount.amount,
            allocation={str(pk): money_text(share) for pk, share in discount.allocation.items()},
        )
        for discount in priced.discounts
    ]
