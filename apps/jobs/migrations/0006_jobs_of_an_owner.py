"""Find the jobs of a customer that wait, among all that wait."""

from django.db import migrations, models

from apps.common.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("jobs", "0005_owners_of_jobs")]

    operations = [
        AddIndexConcurrently(
            model_name="job",
            index=models.Index(
                condition=models.Q(("status", "pending"), models.Q(("owner", ""), _negated=True)),
                fields=["owner", "run_at"],
                name="jobs_job_of_owner",
            ),
        ),
    ]
