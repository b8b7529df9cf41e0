from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0003_seller'),
    ]

    operations = [
        migrations.AlterField(
            model_name='seller',
            name='tax_system',
            field=models.PositiveSmallIntegerField(blank=True, choices=[(1, 'general'), (2, 'simplified, of income'), (3, 'simplified, of income less expenses'), (5, 'agricultural'), (6, 'patent')], null=True, verbose_name='tax system'),
        ),
    ]
