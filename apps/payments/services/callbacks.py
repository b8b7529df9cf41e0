"""Callbacks of providers: hints. One that is understood has the provider asked, whatever it says."""

from django.db.models import QuerySet

from apps.core.database.transactions import retried_atomic
from apps.jobs.models import Job, JobStatus
from apps.jobs.services import enqueue
from apps.orders.jobs import money_subject
from apps.payments.jobs import REFRESH, refresh_of
from apps.payments.models import Payment, ProviderEvent
from apps.payments.provider_events import masked
from apps.payments.providers.base import Notice


@retried_atomic
def take_notice(provider: str, notice: Notice) -> bool:
    """Keep the callback, and have the provider asked about its payment; tell whether it is one of ours.

    A callback that came before is not kept twice, but the provider is asked all the same: a forged early one
    must not silence the real one. One question that is still to be asked is enough.
    """
    payment = _matching(provider, notice)
    if payment is None:
        return False
    event = ProviderEvent(
        provider=provider,
        event_id=notice.event_id[:200],
        kind=notice.kind[:100],
        payment=payment,
        body=masked(notice.body),
    )
    ProviderEvent.objects.bulk_create([event], ignore_conflicts=True)
    asked = Job.objects.about(money_subject(payment.order_id)).filter(
        kind=REFRESH, key__startswith=f"{REFRESH}:{payment.uid}:"
    )
    if not asked.filter(status=JobStatus.PENDING).exists():
        enqueue(refresh_of(payment, _last_number(asked) + 1, notice.provider_id))
    return True


def _last_number(asked: QuerySet[Job]) -> int:
    """Return the number of the last question; their count would come to one that is there, after a purge."""
    last = asked.order_by("-pk").values_list("key", flat=True).first()
    return int(last.rpartition(":")[2]) if last else 0


def _matching(provider: str, notice: Notice) -> Payment | None:
    """Return the payment that the callback speaks of, locked: by the provider's number, else by our uid."""
    payments = Payment.objects.locked().filter(provider=provider)
    if notice.provider_id and (known := payments.filter(provider_id=notice.provider_id).first()):
        return known
    if notice.uid is None:
        return None
    if notice.provider_id:  # a payment that has a number already is not taken over by another
        payments = payments.filter(provider_id=None)
    return payments.filter(uid=notice.uid).first()
