from django.db import migrations

import apps.catalog.search


class Migration(migrations.Migration):
    dependencies = [('orders', '0009_manual_payment')]
    operations = [
        migrations.AddField(
            model_name='orderaddress',
            name='search_text',
            field=apps.catalog.search.FoldedTextField(blank=True, db_default='', default='', editable=False, sources=('name', 'company', 'phone')),
        ),
    ]
