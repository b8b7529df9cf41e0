"""Services of feeds: have them made."""

import uuid

from django.conf import settings
from django.db import transaction

from apps.audit.models import Action
from apps.audit.services import record
from apps.core.database.advisory_locks import lock_alone
from apps.core.days import today
from apps.integrations.jobs import FEED, job_of
from apps.integrations.models import Feed, FeedKind, FeedStatus
from apps.jobs.models import UNFINISHED, Job
from apps.jobs.services import enqueue
from apps.users.models import User

LOCK = "feeds"


@transaction.atomic
def order_feeds(*, by: User | None = None) -> list[Feed]:
    """Have the feeds made anew, by jobs, and return them; none of a kind that is being made.

    There are none without `PRODUCT_URL_TEMPLATE`, which their links are made by.
    """
    lock_alone(LOCK)
    ordered = [feed for kind in FeedKind if (feed := _new_feed(kind))]
    for feed in ordered:
        spec = job_of(feed, key=_key_of_day(feed.kind)).again()
        enqueue(spec)
        record(Action.RUN_AGAIN, Job.objects.get(key=spec.key), by=by)
    return ordered


@transaction.atomic
def order_daily_feeds() -> None:
    """Have the feeds made that were not ordered today in this way."""
    lock_alone(LOCK)
    for kind in FeedKind:
        is_ordered = Job.objects.filter(key=_key_of_day(kind)).exists()
        if not is_ordered and (feed := _new_feed(kind)):
            enqueue(job_of(feed, key=_key_of_day(kind)))


def _new_feed(kind: str) -> Feed | None:
    """Return a feed to be made; None while one of the kind is, or none can be."""
    if not settings.PRODUCT_URL_TEMPLATE:
        return None
    unfinished = Feed.objects.making().filter(kind=kind).first()
    if unfinished:
        if Job.objects.about(unfinished.subject).filter(status__in=UNFINISHED).exists():
            return None
        unfinished.status = FeedStatus.FAILED
        unfinished.save(update_fields=["status"])
    return Feed.objects.create(kind=kind, folder=f"{kind}/{uuid.uuid4().hex}")


def _key_of_day(kind: str) -> str:
    return f"{FEED}:{kind}:{today()}"
