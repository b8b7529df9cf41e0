"""Invariants of money after a chaos run: sums of orders, uses of coupons."""

from collections import Counter
from collections.abc import Iterator

from scripts.chaos.findings import Findings, Problems
from scripts.chaos.ledger import Redemption


def wrong_totals(findings: Findings) -> Problems:
    """Yield orders whose totals are not the sums of their lines, their delivery and their discounts."""
    ledger = findings.snapshot.ledger
    for order in ledger.orders:
        lines = ledger.lines[order.id]
        net_tax = 0 if order.prices_include_tax else order.tax_total
        sums = {
            "items_total": (order.items_total, sum(line.price * line.quantity for line in lines)),
            "discount_total": (order.discount_total, sum(line.discount for line in lines)),
            "discounts": (order.discount_total, ledger.discounts[order.id, "items"]),
            "discounts on delivery": (order.delivery_discount, ledger.discounts[order.id, "delivery"]),
            "tax_total": (order.tax_total, sum(line.tax for line in lines) + order.delivery_tax),
            "total_price": (
                order.total_price,
                order.items_total
                - order.discount_total
                + order.delivery_price
                - order.delivery_discount
                + net_tax,
            ),
        }
        for name, (kept, expected) in sums.items():
            if kept != expected:
                yield f"order {order.id}: {name} is {kept}, expected {expected} cents"


def wrong_uses(findings: Findings) -> Problems:
    """Yield promotions and codes whose counters are not their uses, or pass the limit."""
    ledger = findings.snapshot.ledger
    of_promotions = Counter(use.promotion_id for use in _counted(ledger.redemptions))
    of_codes = Counter(use.code_id for use in _counted(ledger.redemptions))
    for name, counters, uses in (
        ("promotion", ledger.promotions, of_promotions),
        ("code", ledger.codes, of_codes),
    ):
        for counter in counters:
            count = uses[counter.id]
            if counter.used != count:
                yield f"{name} {counter.name} counts {counter.used} uses, and has {count}"
            if counter.limit is not None and count > counter.limit:
                yield f"{name} {counter.name} has {count} uses, of {counter.limit} at most"
    yield from _too_many_of_a_customer(findings)


def wrong_redemptions(findings: Findings) -> Problems:
    """Yield uses that no order shows, or that a cancelled one has kept, and discounts without a use."""
    ledger, orders = findings.snapshot.ledger, findings.snapshot.orders
    redeemed = {(use.order_id, use.promotion_id) for use in ledger.redemptions}
    for use in ledger.redemptions:
        order = orders.get(use.order_id)
        if order is None or (use.order_id, use.promotion_id) not in ledger.coupons:
            yield f"order {use.order_id} shows no discount of promotion {use.promotion_id}, which it used"
        elif use.is_released != (order.status == "cancelled"):
            state = "given back" if use.is_released else "not given back"
            yield f"order {use.order_id} is {order.status}, its coupon {state}"
    for order_id, promotion_id in sorted(ledger.coupons - redeemed):
        yield f"order {order_id} has the discount of promotion {promotion_id} without a use of it"


def _counted(redemptions: list[Redemption]) -> Iterator[Redemption]:
    return (use for use in redemptions if use.is_counted and not use.is_released)


def _too_many_of_a_customer(findings: Findings) -> Problems:
    ledger = findings.snapshot.ledger
    uses = Counter((use.promotion_id, use.user_id) for use in _counted(ledger.redemptions))
    for promotion in ledger.promotions:
        for (promotion_id, user_id), count in uses.items():
            limit = promotion.per_customer
            if promotion_id == promotion.id and limit is not None and count > limit:
                yield f"user {user_id} has used {promotion.name} {count} times, of {limit} at most"
