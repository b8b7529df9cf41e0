from django.db import migrations, models

from apps.core.database.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [('catalog', '0005_pictures_variants_attributes')]
    operations = [
        AddIndexConcurrently(
            model_name='product',
            index=models.Index(fields=['popularity', 'id'], name='catalog_product_by_popularity'),
        ),
    ]
