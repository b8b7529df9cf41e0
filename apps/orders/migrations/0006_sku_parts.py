"""Let staff find orders by a part of a sku."""

from django.db import migrations

from apps.common.operations import AddTrigramIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("orders", "0005_order_status_falling"), ("users", "0004_trigrams")]

    operations = [
        AddTrigramIndexConcurrently("orderitem", "upper(sku::text)", "orders_orderitem_sku_parts"),
    ]
