"""Progress of the work that a page shows: a bar, and the response to the script that polls it."""

from dataclasses import dataclass

from django.http import HttpResponse, JsonResponse
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.jobs.models import Job


@dataclass(frozen=True)
class Progress:
    """So many of about so many rows are done; `address` answers the same a moment later."""

    address: str
    done: int
    total: int
    state: str | Promise
    is_over: bool
    is_failed: bool

    @property
    def is_moving(self) -> bool:
        """Tell whether there is something to wait for."""
        return not (self.is_over or self.is_failed)

    @property
    def most(self) -> int:
        """Return where the bar ends: work that is over has left nothing out, whatever was expected."""
        return self.done if self.is_over else self.total

    @property
    def text(self) -> str:
        """Return it in words."""
        numbers = {"done": localize(self.done), "total": localize(self.total), "state": self.state}
        if self.is_over:
            return _("%(state)s, rows: %(done)s") % numbers
        return _("%(state)s: %(done)s of about %(total)s rows") % numbers

    def as_response(self) -> HttpResponse:
        """Return what the script asks for."""
        return JsonResponse(
            {"done": self.done, "total": self.total, "text": self.text, "is_moving": self.is_moving}
        )


def latest_job(subject: str) -> Job | None:
    """Return the job of the subject that was ordered last."""
    return Job.objects.about(subject).last()


def latest_error(subject: str) -> str:
    """Return in one line why the latest job of the subject failed; the admin of jobs has the whole of it."""
    job = latest_job(subject)
    return job.error_line if job else ""
