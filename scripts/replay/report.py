"""Print the checks and the summary."""

from collections import Counter
from collections.abc import Iterable

from scripts.replay.audit import Check
from scripts.replay.buying import Sales
from scripts.replay.client import Store

DETAILS = 5  # differences shown of a failed check


def print_checks(checks: Iterable[Check]) -> int:
    """Print each check; return how many failed."""
    failed = 0
    print("\nChecks (the stock adds up only if nobody else bought or restocked meanwhile)")
    for check in checks:
        print(f"  {'FAILED' if check.problems else 'ok':<7}{check.name}")
        for problem in check.problems[:DETAILS]:
            print(f"           {problem}")
        if len(check.problems) > DETAILS:
            print(f"           and {len(check.problems) - DETAILS:,} more")
        failed += bool(check.problems)
    return failed


def print_summary(store: Store, sales: Sales, sent: dict[str, int], *, total_seconds: float) -> None:
    """Print what was done, how much of it, and how fast."""
    statuses = Counter(order.status for order in sales.orders)
    rows = {
        **sent,
        "accepted": len(sales.orders),
        "of these unanswered": sum(not order.is_answered for order in sales.orders),
        "refused for stock": len(sales.refused),
        "lines": store.tally["lines"],
        "quoted before": sum(order.quote is not None for order in sales.orders),
        "delivered": store.tally["orders with delivery"],
        "with a coupon": store.tally["orders with a coupon"],
        "coupons refused": store.tally["coupons refused"],
        "shipped": statuses["shipped"],
        "cancelled": statuses["cancelled"],
        "PDF bytes": store.tally["PDF bytes"],
        "requests": store.tally["requests"],
        "connection errors": store.tally["connection errors"],
    }
    print("\nSummary")
    for name, value in rows.items():
        print(f"  {name:<20}{value:>15,}")
    rate = len(sales.orders) / sales.seconds
    print(f"  {'seconds':<20}{total_seconds:>15,.1f}")
    print(f"  {'of these buying':<20}{sales.seconds:>15,.1f}  {rate:,.1f} orders/s")
    print(f"  {'POST orders/':<20}{_percentiles(sales.post_seconds)}\n")


def _percentiles(seconds: list[float]) -> str:
    if not seconds:
        return "never answered"
    ranked = sorted(seconds)
    return ", ".join(
        f"p{share} {ranked[min(len(ranked) * share // 100, len(ranked) - 1)] * 1000:,.0f} ms"
        for share in (50, 95, 99)
    )
