"""Let an erasure look through the comments without reading the moves that have none."""

from django.db import migrations, models

from apps.common.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("orders", "0007_sales_by_day")]

    operations = [
        AddIndexConcurrently(
            model_name="statuschange",
            index=models.Index(
                fields=["id"],
                name="orders_statuschange_commented",
                condition=models.Q(("comment", ""), _negated=True),
            ),
        ),
    ]
