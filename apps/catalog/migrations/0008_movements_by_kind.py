"""Let staff list what was received, returned or adjusted without reading the sales."""

from django.db import migrations, models

from apps.common.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("catalog", "0007_movements_of_order")]

    operations = [
        AddIndexConcurrently(
            model_name="stockmovement",
            index=models.Index(
                fields=["kind", "created_at", "id"],
                name="catalog_stockmovement_by_kind",
                condition=models.Q(("kind", "sold"), _negated=True),
            ),
        ),
    ]
