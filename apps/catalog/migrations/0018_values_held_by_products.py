from django.db import migrations, models

from apps.core.database.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [('catalog', '0017_groups_by_name')]
    operations = [
        AddIndexConcurrently(
            model_name='productattribute',
            index=models.Index(
                fields=['product', 'attribute', 'value', 'number', 'bool'], name='catalog_prodattr_held'
            ),
        ),
    ]
