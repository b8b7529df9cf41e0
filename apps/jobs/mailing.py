"""Jobs that send an e-mail: how they are tried again, and how they send."""

from django.core.mail import EmailMessage

from apps.common.mail import MailUnavailable, MessageRefused, RecipientDeferred, send
from apps.jobs.models import Job
from apps.jobs.registry import MAX_ATTEMPTS, Options
from apps.jobs.services import renew_lease

# The rules of such kinds. A mail server that is away for a weekend, or refuses the store until somebody looks
# at it on Monday, costs no e-mail, and all go out minutes after it is back. A message that it does not take
# as it is fails within the hour: those that follow it must not wait for days.
BY_MAIL = Options(
    retry_on=(MailUnavailable, RecipientDeferred),
    attempts=770,  # in about three days
    attempts_on={MessageRefused: MAX_ATTEMPTS},
    longest_pause=300,
    guard="mail",
    outages=(MailUnavailable,),
)


def deliver(job: Job, message: EmailMessage) -> None:
    """Send the message of the job, if the job is still this worker's.

    At the last moment: a worker that was away for too long must not send what another one sent.

    Raises LeaseLost, and what `send` raises.
    """
    renew_lease(job)
    send(message)
