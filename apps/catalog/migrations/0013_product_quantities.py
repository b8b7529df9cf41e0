from django.db import migrations, models

from apps.core.database.migration_operations import AddConstraintNotValid


class Migration(migrations.Migration):
    dependencies = [('catalog', '0012_variants_once')]
    operations = [
        AddConstraintNotValid(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('min_quantity__gte', 1), ('quantity_step__gte', 1)), name='catalog_product_quantities_positive'),
        ),
    ]
