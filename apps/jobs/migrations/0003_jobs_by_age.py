"""Let staff find the jobs of the last hour, or day, among years of jobs."""

from django.db import migrations, models

from apps.common.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("jobs", "0002_jobs_by_kind")]

    operations = [
        AddIndexConcurrently(
            model_name="job",
            index=models.Index(fields=["created_at", "id"], name="jobs_job_by_age"),
        ),
    ]
