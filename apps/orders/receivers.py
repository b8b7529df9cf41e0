"""Receivers that drop the orders' caches when orders, or the names shown in them, change."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from apps.core.database.querysets import bulk_written
from apps.orders.caching import drop_orders_of, orders_cache
from apps.orders.models import Order
from apps.users.models import User


@receiver([post_save, post_delete], sender=Order)
def drop_for_order(instance: Order, **kwargs: Any) -> None:
    """Drop what the order's customer and the staff see. Items and history are written with their order."""
    drop_orders_of(instance.user_id)


@receiver(bulk_written, sender=Order)
def drop_all(**kwargs: Any) -> None:
    """Drop everything: a bulk write does not tell whose orders it touched."""
    orders_cache.drop_on_commit()


@receiver(post_save, sender=User)
def drop_for_user(created: bool, **kwargs: Any) -> None:
    """Drop everything when a name or an address may have changed: it can stand in anybody's history."""
    if not created:
        orders_cache.drop_on_commit()
