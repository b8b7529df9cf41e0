"""Bring usernames and e-mail addresses into their normal form, and fill their keys, unless accounts collide."""

from typing import Any

from django.db import migrations

from apps.common.identity import EMAIL, USERNAME
from apps.common.key_filling import KeyColumn, fill_keys


def fill(apps: Any, schema_editor: Any) -> None:
    """Fill the keys. Raises CommandError with the accounts that cannot be told apart."""
    columns = [KeyColumn("username", "username_key", USERNAME), KeyColumn("email", "email_key", EMAIL)]
    fill_keys(apps.get_model("users", "User"), columns)


class Migration(migrations.Migration):
    atomic = False  # in batches, while the store sells

    dependencies = [("users", "0009_keys_of_accounts")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
