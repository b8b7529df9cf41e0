"""Let products on sale be counted by price."""

from django.db import migrations, models

from apps.common.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("catalog", "0003_products_of_category")]

    operations = [
        AddIndexConcurrently(
            model_name="product",
            index=models.Index(
                fields=["price", "id", "category"],
                name="catalog_product_sold_by_price",
                condition=models.Q(("is_active", True)),
            ),
        ),
    ]
