from django.db import migrations, models

from apps.core.database.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [('catalog', '0008_products_of_group')]
    operations = [
        AddIndexConcurrently(
            model_name='product',
            index=models.Index(condition=models.Q(('compare_at_price__isnull', False), ('is_active', True)), fields=['price', 'id'], name='catalog_product_reduced'),
        ),
    ]
