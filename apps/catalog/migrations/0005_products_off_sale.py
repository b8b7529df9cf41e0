"""Let staff list what is off sale without reading what is on sale."""

from django.db import migrations, models

from apps.common.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("catalog", "0004_products_sold_by_price")]

    operations = [
        AddIndexConcurrently(
            model_name="product",
            index=models.Index(
                fields=["name", "id"],
                name="catalog_product_off_sale",
                condition=models.Q(("is_active", False)),
            ),
        ),
    ]
