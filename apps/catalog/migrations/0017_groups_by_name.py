from django.db import migrations, models

from apps.core.database.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [('catalog', '0016_group_name_keys')]
    operations = [
        AddIndexConcurrently(
            model_name='productgroup',
            index=models.Index(fields=['name_key', 'id'], name='catalog_productgroup_by_name'),
        ),
    ]
