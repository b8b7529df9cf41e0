"""Let staff find what an order has moved."""

from django.db import migrations, models

from apps.common.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("catalog", "0006_movements_by_age")]

    operations = [
        AddIndexConcurrently(
            model_name="stockmovement",
            index=models.Index(
                fields=["order_id"],
                name="catalog_stockmovement_of_order",
                condition=models.Q(("order_id__isnull", False)),
            ),
        ),
    ]
