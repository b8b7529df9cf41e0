"""Let parts of texts be found by an index."""

from django.db import migrations

from apps.common.operations import TrigramExtension


class Migration(migrations.Migration):
    dependencies = [("users", "0003_sessions")]

    operations = [
        TrigramExtension(),
    ]
