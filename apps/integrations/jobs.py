"""Job that makes a feed, file by file. It may run twice, and its worker may die: the next goes on."""

import hashlib
from contextlib import suppress
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from apps.import_export.chunked_jobs import run_in_slices
from apps.integrations.feed_files import FeedFile, delete_replaced_feeds
from apps.integrations.feeds.formats import FORMATS, FeedFormat
from apps.integrations.models import Feed, FeedKind, FeedStatus
from apps.jobs.circuit_registry import register_circuit
from apps.jobs.models import Job
from apps.jobs.registry import ALWAYS_RETRIED, handler
from apps.jobs.services import JobSpec
from apps.jobs.subjects import SubjectKind, register_subjects

FEED = "feed"
STORAGE_AWAY = (OSError,)
MAX_PROBLEM = 500  # characters
SUBJECTS = SubjectKind(_("Feed #%(number)s"), "admin:integrations_feed_change", "integrations.view_feed")
register_subjects("feed:", SUBJECTS)
register_circuit(FEED, limit=1)  # one after the other: they take minutes, and mails should not wait for them


def job_of(feed: Feed, *, key: str) -> JobSpec:
    """Return the job that makes the feed, or goes on with it."""
    return JobSpec(FEED, key=key, subject=feed.subject, arguments={"feed_id": feed.pk})


@handler(FEED, label=_("Feed"), circuit=FEED, retry_on=STORAGE_AWAY)
def make_feed(job: Job, *, feed_id: int) -> None:
    """Write what is missing of the feed, then have it served instead of the one before.

    It is written in the language of the store, whoever has ordered it. Raises ImproperlyConfigured where the
    addresses of products are not known.
    """
    with override(settings.LANGUAGE_CODE):
        try:
            if not settings.PRODUCT_URL_TEMPLATE:
                raise ImproperlyConfigured("PRODUCT_URL_TEMPLATE is not set for this worker.")
            run_in_slices(partial(_make_part, feed_id), rest=lambda: _rest(feed_id))
        except Exception as error:
            _note_problem(feed_id, error)
            raise
    delete_replaced_feeds()


def _rest(feed_id: int) -> JobSpec:
    feed = Feed.objects.get(pk=feed_id)
    return job_of(feed, key=f"{feed.subject}:after:{feed.last_id}").again()


def _make_part(feed_id: int) -> bool:
    """Write the next file, and tell whether there are others."""
    feed = Feed.objects.making().filter(pk=feed_id).first()
    if feed is None:
        return False  # finished by an earlier attempt, or given up
    before, feed_format = (feed.last_id, len(feed.parts)), FORMATS[FeedKind(feed.kind)]
    is_last = _write_part(feed, feed_format)
    if is_last:
        with FeedFile() as file:
            for text in feed_format.head(feed):
                file.write(text)
            feed.head = file.store(feed, "head")
        _complete(feed)
    return _record(feed, before) and not is_last


def _write_part(feed: Feed, feed_format: FeedFormat) -> bool:
    """Write the next file into the storage, and what is known of it into the feed; tell if it is the last."""
    count, changed, is_last = 0, None, False
    with FeedFile() as file:
        file.write(feed_format.file_beginning)
        while count < feed_format.part_size and not is_last:
            rows = feed_format.rows(feed.last_id)
            for row in rows:
                file.write(row.text)
                changed = max(changed or row.changed, row.changed)
            count += len(rows)
            feed.last_id = rows[-1].product_id if rows else feed.last_id
            is_last = not rows
        file.write(feed_format.file_end + (feed_format.end if is_last else ""))
        if count or feed_format.end:
            part = file.store(feed, f"{len(feed.parts) + 1:05}")
            feed.parts.append(part | {"changed": changed and changed.isoformat(timespec="seconds")})
    feed.offers += count
    return is_last


def _complete(feed: Feed) -> None:
    files = [feed.head, *feed.parts]
    digests = "".join(file["sha256"] for file in files)
    feed.etag = f'"{hashlib.sha256(digests.encode()).hexdigest()[:32]}"'
    feed.size = sum(file["size"] for file in files)
    feed.status, feed.made_at, feed.problem = FeedStatus.CURRENT, timezone.now(), ""


@transaction.atomic
def _record(feed: Feed, before: tuple[int, int]) -> bool:
    """Note how far the feed is, and let one that is complete replace the one before.

    Of two workers that both think the job is theirs, one is ahead: tell whether it was this one.
    """
    others = Feed.objects.filter(kind=feed.kind).select_for_update().order_by("pk")
    own = next((each for each in others if each.pk == feed.pk), None)
    if own is None or own.status != FeedStatus.MAKING or (own.last_id, len(own.parts)) != before:
        return False
    if feed.status == FeedStatus.CURRENT:
        replaced = {"status": FeedStatus.REPLACED, "replaced_at": feed.made_at}
        Feed.objects.filter(kind=feed.kind, replaced_at=None).exclude(pk=feed.pk).update(**replaced)
    feed.save()
    return True


def _note_problem(feed_id: int, error: Exception) -> None:
    is_tried_again = isinstance(error, (*ALWAYS_RETRIED, *STORAGE_AWAY))
    changes: dict[str, Any] = {"problem": f"{type(error).__name__}: {error}"[:MAX_PROBLEM]}
    if not is_tried_again:
        changes["status"] = FeedStatus.FAILED
    with suppress(DatabaseError):  # the job keeps it, too
        Feed.objects.making().filter(pk=feed_id).update(**changes)
