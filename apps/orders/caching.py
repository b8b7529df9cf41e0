"""Cache namespace of orders: for each customer their own, for staff all."""

from django.conf import settings

from apps.core.caching.namespaces import CacheNamespace

orders_cache = CacheNamespace("orders", timeout=settings.ORDERS_CACHE_SECONDS, names_people=True)


def customer_scope(user_id: int) -> str:
    """Return the scope of what one customer sees."""
    return f"user-{user_id}"


def staff_scope(*, may_change: bool) -> str:
    """Return the scope of what staff see: all orders, and the moves they may make."""
    return "managers" if may_change else "viewers"


def drop_orders_of(*user_ids: int) -> None:
    """Drop, once the transaction is committed, what these customers and the staff see of orders."""
    staff = (staff_scope(may_change=True), staff_scope(may_change=False))
    orders_cache.drop_on_commit(*staff, *map(customer_scope, user_ids))
