from django.db import migrations, models

INDEX = models.Index(fields=["id"], condition=models.Q(status="failed"), name="jobs_job_failed")


def add(apps, schema_editor):
    schema_editor.add_index(apps.get_model("jobs", "Job"), INDEX, **_without_lock(schema_editor))


def remove(apps, schema_editor):
    schema_editor.remove_index(apps.get_model("jobs", "Job"), INDEX, **_without_lock(schema_editor))


def _without_lock(schema_editor):
    # Orders store jobs while the index is built; SQLite knows no other way than to lock.
    return {"concurrently": True} if schema_editor.connection.vendor == "postgresql" else {}


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(add, remove)],
            state_operations=[migrations.AddIndex(model_name="job", index=INDEX)],
        ),
    ]
