from django.db import migrations

from apps.core.database.migration_operations import ValidateConstraint

class Migration(migrations.Migration):
    atomic = False
    dependencies = [('orders', '0003_money_checks')]
    operations = [
        ValidateConstraint('order', 'orders_order_total_is_sum_of_parts'),
        ValidateConstraint('order', 'orders_order_money_not_negative'),
        ValidateConstraint('order', 'orders_order_no_more_refunded_than_paid'),
        ValidateConstraint('order', 'orders_order_no_more_credited_than_due'),
        ValidateConstraint('order', 'orders_order_delivery_within_price'),
        ValidateConstraint('orderitem', 'orders_orderitem_discount_within_price'),
        ValidateConstraint('orderitem', 'orders_orderitem_no_more_than_ordered'),
        ValidateConstraint('orderitem', 'orders_orderitem_no_more_back_than_shipped'),
    ]
