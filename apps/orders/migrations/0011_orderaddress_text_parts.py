from django.db import migrations

from apps.core.database.migration_operations import AddTrigramIndexConcurrently

class Migration(migrations.Migration):
    atomic = False
    dependencies = [('orders', '0010_orderaddress_search_text')]
    operations = [
        AddTrigramIndexConcurrently('orderaddress', 'search_text', 'orders_orderaddress_text_parts'),
    ]
