"""Daily maintenance of integrations: feeds are made anew, and old ones deleted."""

from apps.integrations.feed_files import delete_replaced_feeds
from apps.integrations.services import order_daily_feeds
from apps.jobs.maintenance import daily

daily(order_daily_feeds)
daily(delete_replaced_feeds)
