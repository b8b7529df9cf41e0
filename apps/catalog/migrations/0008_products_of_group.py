from django.db import migrations, models

from apps.core.database.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [('catalog', '0007_products_by_change')]
    operations = [
        AddIndexConcurrently(
            model_name='product',
            index=models.Index(condition=models.Q(('group__isnull', False)), fields=['group', 'price', 'id'], name='catalog_product_of_group'),
        ),
    ]
