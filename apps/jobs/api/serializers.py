"""Serializers of jobs."""

from apps.core.api.openapi.schema import shown_as
from apps.core.api.serializers import OutputSerializer
from apps.jobs.api import examples
from apps.jobs.models import Job


@shown_as(examples.JOB)
class StaffJobOutput(OutputSerializer[Job]):
    """A background job with its last error."""

    class Meta:
        model = Job
        fields = (
            "id",
            "kind",
            "key",
            "subject",
            "status",
            "attempts",
            "run_at",
            "last_error",
            "request_id",
            "created_at",
            "updated_at",
        )
