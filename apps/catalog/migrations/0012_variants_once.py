from django.db import migrations, models

from apps.core.database.migration_operations import AddUniqueConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [('catalog', '0011_external_ids')]
    operations = [
        AddUniqueConcurrently(
            model_name='product',
            constraint=models.UniqueConstraint(fields=('group', 'options_key'), name='catalog_product_variant_unique'),
        ),
    ]
