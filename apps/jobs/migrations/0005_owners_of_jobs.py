"""Note the customer who causes a job, who shares the workers with the others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0004_how_guards_fare")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="owner",
            field=models.CharField(blank=True, db_default="", default="", max_length=50, verbose_name="customer"),
        ),
    ]
