"""Fold the texts that are searched as questions are now: quotes, apostrophes and dashes alike, ł as an l."""

from typing import Any

from django.db import migrations

from apps.common.derived_filling import fill_derived


def fold(apps: Any, schema_editor: Any) -> None:
    """Fold the texts of all rows. What the release before writes meanwhile is folded by the daily housekeeping."""
    for name in ("Category", "Product"):
        fill_derived(apps.get_model("catalog", name))


class Migration(migrations.Migration):
    atomic = False  # in batches, while the store sells

    dependencies = [("catalog", "0013_skus_with_any_dash")]

    operations = [migrations.RunPython(fold, migrations.RunPython.noop)]
