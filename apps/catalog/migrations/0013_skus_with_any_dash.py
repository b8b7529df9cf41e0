"""Give skus keys in which every dash is a hyphen, unless products collide."""

from typing import Any

from django.db import migrations

from apps.common.identity import CODE
from apps.common.key_filling import KeyColumn, fill_keys


def fill(apps: Any, schema_editor: Any) -> None:
    """Fill the keys. Raises CommandError with the products that cannot be told apart."""
    fill_keys(apps.get_model("catalog", "Product"), [KeyColumn("sku", "sku_key", CODE)])


class Migration(migrations.Migration):
    atomic = False  # in batches, while the store sells

    dependencies = [("catalog", "0012_skus_differ")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
