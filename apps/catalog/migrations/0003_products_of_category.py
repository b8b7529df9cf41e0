"""Let the list of a category be read in its order, and counted."""

from django.db import migrations, models

from apps.common.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # the index is built while rows are written

    dependencies = [("catalog", "0002_text_parts")]

    operations = [
        AddIndexConcurrently(
            model_name="product",
            index=models.Index(
                fields=["category", "name", "id"],
                name="catalog_product_of_category",
                condition=models.Q(("is_active", True)),
            ),
        ),
    ]
