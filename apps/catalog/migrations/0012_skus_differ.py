"""Let no two products have one sku, in whatever spelling."""

from django.db import migrations, models

from apps.common.operations import AddUniqueConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("catalog", "0011_names_in_normal_form")]

    operations = [
        AddUniqueConcurrently(
            "product",
            models.UniqueConstraint(fields=["sku_key"], name="catalog_product_sku_key_unique"),
        ),
    ]
