"""Exceptions of jobs."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError


class JobNotFailed(DomainError):
    """A job that has not failed: it is done, or will be tried by itself."""

    status_code = HTTPStatus.CONFLICT
    code = "job_not_failed"
    message = _("Only failed jobs can be retried.")
    advice = _("Check the job: it has finished, or will be retried automatically.")
