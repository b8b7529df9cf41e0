"""Let the admin's front page count the sales of days without reading the orders."""

from django.db import migrations, models

from apps.common.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("orders", "0006_sku_parts")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                fields=["created_at", "status", "currency", "total_price"], name="orders_order_by_day"
            ),
        ),
    ]
