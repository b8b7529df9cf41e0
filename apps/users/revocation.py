"""Revocation of credentials: for each kind beside the password the events that end it, and how (ADR 19)."""

import uuid

from apps.jobs.models import Job, JobStatus
from apps.users.jobs import WITH_TOKEN, subject_of
from apps.users.models import EndReason, User
from apps.users.revocation_events import ANY_EVENT, RECOVERY_EVENTS, Ending, Event, ends

REASONS = {
    Event.PASSWORD_CHANGED: EndReason.PASSWORD_CHANGE,
    Event.PASSWORD_RESET: EndReason.PASSWORD_RESET,
    Event.LOGGED_OUT_EVERYWHERE: EndReason.LOGOUT_ALL,
    Event.DEACTIVATED: EndReason.DEACTIVATED,
    Event.ERASED: EndReason.DEACTIVATED,
}


@ends("api_session", on=RECOVERY_EVENTS)
def end_api_sessions(user: User, ending: Ending) -> None:
    """End the user's sessions, but for the one in which the password is changed."""
    kept = [ending.kept_session_id] if ending.kept_session_id else []
    user.sessions.live().exclude(pk__in=kept).end(REASONS[ending.event])


@ends("admin_session", on=RECOVERY_EVENTS)
@ends("known_ip", on=RECOVERY_EVENTS)
def renew_login_stamp(user: User, ending: Ending) -> None:
    """End the admin's sessions, but for the one in which the password is changed, and forget known IPs.

    Both are bound to the stamp. Django renews the cookie of that session.
    """
    user.login_stamp = uuid.uuid4()


@ends("email_token", on=ANY_EVENT)
def end_email_tokens(user: User, ending: Ending) -> None:
    """Invalidate the tokens that were sent by e-mail, which are signed with the stamp."""
    user.mail_stamp = uuid.uuid4()


@ends("pending_email", on=ANY_EVENT)
def drop_pending_emails(user: User, ending: Ending) -> None:
    """Drop e-mails that are still to be sent: their tokens would be issued after the event.

    A worker that has one in hand already finds its lease lost before it sends.
    """
    waiting = Job.objects.filter(subject=subject_of(user.pk), kind__in=WITH_TOKEN)
    waiting.exclude(status=JobStatus.DONE).delete()


@ends("new_email", on=ANY_EVENT)
def drop_new_email(user: User, ending: Ending) -> None:
    """Forget the requested new address: somebody else may have requested it."""
    user.new_email = ""
