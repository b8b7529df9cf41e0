from django.db import migrations

from apps.core.database.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    atomic = False
    dependencies = [('catalog', '0013_product_quantities')]
    operations = [
        ValidateConstraint('product', 'catalog_product_quantities_positive'),
    ]
