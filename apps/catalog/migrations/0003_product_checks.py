import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from apps.core.database.migration_operations import AddConstraintNotValid

class Migration(migrations.Migration):
    dependencies = [('catalog', '0002_taxes_weights_reductions')]
    operations = [
        AddConstraintNotValid(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('compare_at_price', None), ('compare_at_price__gt', models.F('price')), _connector='OR'), name='catalog_product_reduction_is_one'),
        ),
        AddConstraintNotValid(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('weight_g', None), ('weight_g__gte', 0), _connector='OR'), name='catalog_product_weight_not_negative'),
        ),
    ]
