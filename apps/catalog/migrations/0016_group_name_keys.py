from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('catalog', '0015_brand_and_tags')]
    operations = [
        migrations.AddField(
            model_name='productgroup',
            name='name_key',
            field=models.CharField(editable=False, max_length=255, null=True),
        ),
    ]
