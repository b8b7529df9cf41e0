"""Exceptions of jobs."""

from datetime import datetime
from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError


class JobNotFailed(DomainError):
    """A job that has not failed: it is done, or will be tried by itself."""

    status_code = HTTPStatus.CONFLICT
    code = "job_not_failed"
    message = _("Only failed jobs can be retried.")
    advice = _("Check the job: it has finished, or will be retried automatically.")


class RunLater(Exception):
    """Raised by a handler whose job has to wait: it runs again at that time, and no attempt is used up."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"to be run again at {at}")
        self.at = at
