from django.db import migrations, models

from apps.core.database.migration_operations import AddIndexConcurrently

class Migration(migrations.Migration):
    atomic = False
    dependencies = [('orders', '0011_orderaddress_text_parts')]
    operations = [
        AddIndexConcurrently(
            model_name='order',
            index=models.Index(fields=['payment_status', '-created_at', '-id'], name='orders_order_by_payment_status'),
        ),
    ]
