from django.db import migrations

from apps.core.database.migration_operations import ValidateConstraint

class Migration(migrations.Migration):
    atomic = False
    dependencies = [('catalog', '0003_product_checks')]
    operations = [
        ValidateConstraint('product', 'catalog_product_reduction_is_one'),
        ValidateConstraint('product', 'catalog_product_weight_not_negative'),
    ]
