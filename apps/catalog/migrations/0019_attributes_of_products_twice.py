from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [('catalog', '0018_values_held_by_products')]
    operations = [migrations.RemoveIndex(model_name='productattribute', name='catalog_prodattr_of_product')]
