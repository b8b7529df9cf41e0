"""Keep since when, and with which error, what jobs lean on has been failing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0003_jobs_by_age")]

    operations = [
        migrations.AddField(
            model_name="kindstate",
            name="failing_since",
            field=models.DateTimeField(blank=True, null=True, verbose_name="failing since"),
        ),
        migrations.AddField(
            model_name="kindstate",
            name="last_error",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="last error"),
        ),
    ]
