from django.db import migrations, models

from apps.core.database.migration_operations import AddIndexConcurrently

class Migration(migrations.Migration):
    atomic = False
    dependencies = [('payments', '0003_payment_by_method')]
    operations = [
        AddIndexConcurrently(
            model_name='refund',
            index=models.Index(fields=['provider_id'], name='payments_refund_by_provider_id'),
        ),
    ]
