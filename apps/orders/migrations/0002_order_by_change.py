"""Let apps that sync find what changed without reading every order."""

from django.db import migrations, models

from apps.common.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while orders are written

    dependencies = [("orders", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(fields=["updated_at", "id"], name="orders_order_by_change"),
        ),
    ]
