from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('import_export', '0001_initial')]
    operations = [
        migrations.AddField(
            model_name='export',
            name='further_columns',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list, verbose_name='further columns'),
        ),
    ]
