from django.db import migrations, models

from apps.core.database.migration_operations import AddUniqueConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [('catalog', '0009_reduced_products')]
    operations = [
        AddUniqueConcurrently(
            model_name='product',
            constraint=models.UniqueConstraint(fields=('barcode',), name='catalog_product_barcode_unique'),
        ),
    ]
