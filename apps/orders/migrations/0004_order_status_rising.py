"""Let staff list orders by status."""

from django.db import migrations, models

from apps.common.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("orders", "0003_order_by_total")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                fields=["status", "id"], name="orders_order_status_rising"
            ),
        ),
    ]
