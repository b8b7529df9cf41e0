from django.db import migrations, models
from django.db.models import Q

from apps.core.database.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("jobs", "0002_circuits_of_jobs")]

    operations = [
        AddIndexConcurrently(
            model_name="job",
            index=models.Index(
                condition=Q(("status", "running")), fields=["leased_until"], name="jobs_job_running"
            ),
        ),
    ]
