from django.db import migrations, models

from apps.core.database.migration_operations import AddIndexConcurrently

class Migration(migrations.Migration):
    atomic = False
    dependencies = [('orders', '0007_order_by_delivery')]
    operations = [
        AddIndexConcurrently(
            model_name='order',
            index=models.Index(condition=models.Q(('payment_method', ''), _negated=True), fields=['payment_method', '-created_at', '-id'], name='orders_order_by_payment_method'),
        ),
    ]
