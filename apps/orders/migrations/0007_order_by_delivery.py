from django.db import migrations, models

from apps.core.database.migration_operations import AddIndexConcurrently

class Migration(migrations.Migration):
    atomic = False
    dependencies = [('orders', '0006_order_needs_look')]
    operations = [
        AddIndexConcurrently(
            model_name='order',
            index=models.Index(condition=models.Q(('delivery_method', ''), _negated=True), fields=['delivery_method', '-created_at', '-id'], name='orders_order_by_delivery'),
        ),
    ]
