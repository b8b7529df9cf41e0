from django.db import migrations, models

from apps.core.database.migration_operations import AddIndexConcurrently

class Migration(migrations.Migration):
    atomic = False
    dependencies = [('orders', '0005_order_to_expire')]
    operations = [
        AddIndexConcurrently(
            model_name='order',
            index=models.Index(condition=models.Q(('needs_look', ''), _negated=True), fields=['-created_at', '-id'], name='orders_order_needs_look'),
        ),
    ]
