from django.db import migrations, models

from apps.core.database.migration_operations import AddIndexConcurrently

class Migration(migrations.Migration):
    atomic = False
    dependencies = [('payments', '0002_fiscalreceipt_is_prepayment')]
    operations = [
        AddIndexConcurrently(
            model_name='payment',
            index=models.Index(fields=['method', '-created_at', '-id'], name='payments_payment_by_method'),
        ),
    ]
