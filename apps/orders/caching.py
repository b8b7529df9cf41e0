"""Cache of orders, for customers their own, for staff all, and the receivers that drop it on a change."""

from typing import Any

from django.conf import settings
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from apps.core.caching.namespaces import CacheNamespace
from apps.core.database.querysets import bulk_written
from apps.orders.models import Order
from apps.users.models import User

orders_cache = CacheNamespace("orders", timeout=settings.ORDERS_CACHE_SECONDS, names_people=True)


def customer_scope(user_id: int) -> str:
    """Return the scope of what one customer sees."""
    return f"user-{user_id}"


def staff_scope(*, may_change: bool) -> str:
    """Return the scope of what staff see: all orders, and the transitions they may make."""
    return "managers" if may_change else "viewers"


@receiver([post_save, post_delete], sender=Order)
def drop_for_order(instance: Order, **kwargs: Any) -> None:
    """Drop what the order's customer and the staff see. Items and history are written with their order."""
    staff = (staff_scope(may_change=True), staff_scope(may_change=False))
    orders_cache.drop_on_commit(*staff, customer_scope(instance.user_id))


@receiver(bulk_written, sender=Order)
def drop_all(**kwargs: Any) -> None:
    """Drop everything: a bulk write does not tell whose orders it touched."""
    orders_cache.drop_on_commit()


@receiver(post_save, sender=User)
def drop_for_user(created: bool, **kwargs: Any) -> None:
    """Drop everything when a name or an address may have changed: it can stand in anybody's history."""
    if not created:
        orders_cache.drop_on_commit()
