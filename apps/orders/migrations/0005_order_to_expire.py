from django.db import migrations, models

from apps.core.database.migration_operations import AddIndexConcurrently

class Migration(migrations.Migration):
    atomic = False
    dependencies = [('orders', '0004_money_checks_valid')]
    operations = [
        AddIndexConcurrently(
            model_name='order',
            index=models.Index(condition=models.Q(('expires_at__isnull', False), ('status', 'pending')), fields=['expires_at'], name='orders_order_to_expire'),
        ),
    ]
