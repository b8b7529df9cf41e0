"""Let staff list orders by their total."""

from django.db import migrations, models

from apps.common.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("orders", "0002_order_by_change")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                fields=["total_price", "id"], name="orders_order_by_total"
            ),
        ),
    ]
