"""Daily maintenance of payments."""

from apps.jobs.maintenance import daily
from apps.payments.provider_events import purge_provider_events

daily(purge_provider_events)
