from django.db import migrations, models

from apps.core.database.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [('catalog', '0006_products_by_popularity')]
    operations = [
        AddIndexConcurrently(
            model_name='product',
            index=models.Index(fields=['updated_at', 'id'], name='catalog_product_by_change'),
        ),
    ]
