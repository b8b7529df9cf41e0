"""Services of the integrations: feeds, and many rows that another system writes at once."""

from apps.integrations.services.feeds import order_daily_feeds, order_feeds
from apps.integrations.services.products import upsert_products
from apps.integrations.services.stock import move_stock

__all__ = ["move_stock", "order_daily_feeds", "order_feeds", "upsert_products"]
