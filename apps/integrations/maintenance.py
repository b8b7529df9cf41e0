"""Daily maintenance of integrations: feeds are made anew, and old ones deleted."""

from apps.integrations.services import delete_replaced_feeds, order_daily_feeds
from apps.jobs.maintenance import daily

daily(order_daily_feeds)
daily(delete_replaced_feeds)
