"""Let staff find the few jobs of a rare kind among years of jobs."""

from django.db import migrations, models

from apps.common.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("jobs", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="job",
            index=models.Index(fields=["kind", "id"], name="jobs_job_by_kind"),
        ),
    ]
