"""Bring names of categories and skus into their normal form, and fill their keys, unless products collide."""

from typing import Any

from django.db import migrations

from apps.common.identity import CODE, NAME
from apps.common.key_filling import KeyColumn, fill_keys


def fill(apps: Any, schema_editor: Any) -> None:
    """Fill the keys. Raises CommandError with the products that cannot be told apart."""
    fill_keys(apps.get_model("catalog", "Product"), [KeyColumn("sku", "sku_key", CODE)])
    names = KeyColumn("name", "name_key", NAME, is_unique=False)
    fill_keys(apps.get_model("catalog", "Category"), [names])


class Migration(migrations.Migration):
    atomic = False  # in batches, while the store sells

    dependencies = [("catalog", "0010_keys_of_names")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
