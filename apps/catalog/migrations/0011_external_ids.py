from django.db import migrations, models

from apps.core.database.migration_operations import AddUniqueConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [('catalog', '0010_barcodes')]
    operations = [
        AddUniqueConcurrently(
            model_name='product',
            constraint=models.UniqueConstraint(fields=('external_id',), name='catalog_product_external_id_unique'),
        ),
    ]
