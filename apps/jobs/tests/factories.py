"""Jobs for tests."""

import uuid
from datetime import timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from apps.jobs.models import Job

_numbers = count(1)


def make_job(kind: str = "unknown", **values: Any) -> Job:
    """Store a job that is due now, of a subject of its own."""
    number = next(_numbers)
    return Job.objects.create(**{"kind": kind, "key": f"job:{number}", "subject": f"test:{number}", **values})


def make_running_job(kind: str = "unknown", *, seconds_left: int = 60, **values: Any) -> Job:
    """Store a job that a worker has taken; without seconds left, the worker has died."""
    lease = {
        "lease": uuid.uuid4(),
        "leased_until": timezone.now() + timedelta(seconds=seconds_left),
        "attempts": 1,
    }
    return make_job(kind, **{"status": "running", **lease, **values})
