"""Forms of the admin that act on many orders, and what they report."""

from typing import Any

from apps.orders.models import Order


def choice(action: str, *orders: Order) -> dict[str, Any]:
    return {"action": action, "_selected_action": [order.pk for order in orders]}


def report_of(response: Any) -> list[tuple[Order, bool, str]]:
    orders = {str(order.pk): order for order in Order.objects.all()}
    outcomes = response.context["outcomes"]  # which call an order by its number, in some language
    return [(orders[each.row.split()[-1].lstrip("#")], each.is_done, each.text) for each in outcomes]
