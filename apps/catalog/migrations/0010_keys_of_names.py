"""Give names of categories and skus a column for what all their spellings have in common."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0009_movements_of_product_once")]

    operations = [
        migrations.AddField("category", "name_key", models.CharField(editable=False, max_length=255, null=True)),
        migrations.AddField("product", "sku_key", models.CharField(editable=False, max_length=255, null=True)),
    ]
