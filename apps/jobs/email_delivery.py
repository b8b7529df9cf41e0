"""E-mail delivery by jobs: retries, limits of mailboxes, sending."""

import logging

from django.core.mail import EmailMessage

from apps.core.mail import MailUnavailable, MessageRefused, RecipientDeferred, send
from apps.core.mail_limits import counted_for_mailbox
from apps.jobs.circuit_registry import MAIL
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
    circuit=MAIL,
    outages=(MailUnavailable,),
)

logger = logging.getLogger(__name__)


def deliver(job: Job, message: EmailMessage, *, rate_limit: str | None) -> None:
    """Send the message of the job, if the job is still this worker's and the mailbox's limit is not exceeded.

    Without a rate limit (`mail_limits.py`) may go what the owner of the mailbox has asked for: the address is
    confirmed, and nobody else can cause the message. What is left out counts as done.

    Raises LeaseLost, and what `send` raises.
    """
    # At the last moment: a worker that was away for too long must not send what another one sent.
    renew_lease(job)
    if rate_limit is None:
        send(message)
        return
    with counted_for_mailbox(message.to[0], rate_limit) as may_be_sent:
        if may_be_sent:
            send(message)
        else:
            logger.warning("%s is left out: its mailbox has had all e-mails that strangers may cause", job)
