from django.db import migrations, models

from apps.core.database.migration_operations import AddIndexConcurrently

class Migration(migrations.Migration):
    atomic = False
    dependencies = [('orders', '0012_order_by_payment_status')]
    operations = [
        AddIndexConcurrently(
            model_name='order',
            index=models.Index(condition=models.Q(('shipment_status', 'not_shipped'), _negated=True), fields=['shipment_status', '-created_at', '-id'], name='orders_order_by_shipment'),
        ),
    ]
