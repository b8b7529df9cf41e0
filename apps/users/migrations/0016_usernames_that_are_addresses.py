"""Give usernames that are addresses the mailbox's key, unless accounts collide."""

from typing import Any

from django.db import migrations

from apps.common.identity import USERNAME
from apps.common.key_filling import KeyColumn, fill_keys


def fill(apps: Any, schema_editor: Any) -> None:
    """Fill the keys. Raises CommandError with the accounts that cannot be told apart."""
    fill_keys(apps.get_model("users", "User"), [KeyColumn("username", "username_key", USERNAME)])


class Migration(migrations.Migration):
    atomic = False  # in batches, while the store sells

    dependencies = [("users", "0015_known_erasures")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
