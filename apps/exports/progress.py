"""How far the work of a page is: a bar, and what the script of the page is answered when it asks again."""

from dataclasses import dataclass

from django.http import HttpResponse, JsonResponse
from django.utils.formats import localize
from django.utils.translation import gettext as _

from apps.jobs.models import Job, JobStatus


@dataclass(frozen=True)
class Progress:
    """So many of about so many rows are done; `address` answers the same a moment later."""

    address: str
    done: int
    total: int
    status: JobStatus

    @property
    def is_over(self) -> bool:
        """Tell whether there is nothing to wait for."""
        return self.status in {JobStatus.DONE, JobStatus.FAILED}

    @property
    def text(self) -> str:
        """Return it in words."""
        numbers = {"done": localize(self.done), "total": localize(self.total), "status": self.status.label}
        return _("%(status)s: %(done)s of about %(total)s rows") % numbers

    def as_answer(self) -> HttpResponse:
        """Return what the script asks for."""
        answer = {"done": self.done, "total": self.total, "text": self.text, "is_over": self.is_over}
        return JsonResponse(answer)


def last_error(subject: str) -> str:
    """Return in one line why the latest job of the subject failed; the admin of jobs has the whole of it."""
    job = Job.objects.about(subject).last()
    return job.last_error.strip().rpartition("\n")[2] if job else ""
