import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from apps.core.database.migration_operations import AddConstraintNotValid

class Migration(migrations.Migration):
    dependencies = [('orders', '0002_money_delivery_addresses')]
    operations = [
        AddConstraintNotValid(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('items_total', None), ('total_price', django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('items_total'), '-', models.F('discount_total')), '+', models.F('delivery_price')), '-', models.F('delivery_discount')), '+', models.Case(models.When(prices_include_tax=True, then=models.Value(Decimal('0'))), default=models.F('tax_total'), output_field=models.DecimalField(decimal_places=2, max_digits=15))), output_field=models.DecimalField(decimal_places=2, max_digits=15), precision=2)), _connector='OR'), name='orders_order_total_is_sum_of_parts'),
        ),
        AddConstraintNotValid(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('allowance_total__gte', 0), ('cancelled_total__gte', 0), ('delivery_credited__gte', 0), ('delivery_discount__gte', 0), ('delivery_price__gte', 0), ('delivery_tax__gte', 0), ('discount_total__gte', 0), ('paid_total__gte', 0), ('refunded_total__gte', 0), ('returned_total__gte', 0), ('stray_refunded_total__gte', 0), ('tax_total__gte', 0)), name='orders_order_money_not_negative'),
        ),
        AddConstraintNotValid(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('paid_total__gte', models.F('refunded_total')), ('refunded_total__gte', models.F('stray_refunded_total'))), name='orders_order_no_more_refunded_than_paid'),
        ),
        AddConstraintNotValid(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('total_price__gte', django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('cancelled_total'), '+', models.F('returned_total')), '+', models.F('allowance_total')), output_field=models.DecimalField(decimal_places=2, max_digits=15), precision=2))), name='orders_order_no_more_credited_than_due'),
        ),
        AddConstraintNotValid(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('delivery_credited__lte', django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('delivery_price'), '-', models.F('delivery_discount')), '+', models.Case(models.When(prices_include_tax=True, then=models.Value(Decimal('0'))), default=models.F('delivery_tax'), output_field=models.DecimalField(decimal_places=2, max_digits=15))), output_field=models.DecimalField(decimal_places=2, max_digits=15), precision=2)), ('delivery_price__gte', models.F('delivery_discount'))), name='orders_order_delivery_within_price'),
        ),
        AddConstraintNotValid(
            model_name='orderitem',
            constraint=models.CheckConstraint(condition=models.Q(('discount__gte', 0), ('discount__lte', django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(models.F('quantity'), '*', models.F('price')), output_field=models.DecimalField(decimal_places=2, max_digits=15), precision=2)), ('tax_amount__gte', 0)), name='orders_orderitem_discount_within_price'),
        ),
        AddConstraintNotValid(
            model_name='orderitem',
            constraint=models.CheckConstraint(condition=models.Q(('cancelled_quantity__gte', 0), ('quantity__gte', django.db.models.expressions.CombinedExpression(models.F('cancelled_quantity'), '+', models.F('shipped_quantity'))), ('shipped_quantity__gte', 0)), name='orders_orderitem_no_more_than_ordered'),
        ),
        AddConstraintNotValid(
            model_name='orderitem',
            constraint=models.CheckConstraint(condition=models.Q(('restocked_quantity__gte', 0), ('returned_quantity__gte', models.F('restocked_quantity')), ('shipped_quantity__gte', models.F('returned_quantity'))), name='orders_orderitem_no_more_back_than_shipped'),
        ),
    ]
