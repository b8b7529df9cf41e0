from django.db import models
from django.db import migrations

from apps.catalog.search import TextStart
from apps.core.database.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [('catalog', '0019_attributes_of_products_twice')]
    operations = [
        AddIndexConcurrently(
            'product', models.Index(TextStart('search_text'), 'id', name='catalog_product_by_start')
        ),
    ]
