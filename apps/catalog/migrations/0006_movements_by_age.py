"""Let staff read the ledger of a few days without reading all of it."""

from django.db import migrations, models

from apps.common.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("catalog", "0005_products_off_sale")]

    operations = [
        AddIndexConcurrently(
            model_name="stockmovement",
            index=models.Index(
                fields=["created_at", "id"], name="catalog_stockmovement_by_age"
            ),
        ),
    ]
