import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [
        ('catalog', '0001_initial'),
        ('delivery', '0001_initial'),
        ('orders', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='Cancellation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('whole', models.BooleanField(verbose_name='the whole order')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=15, verbose_name='goods')),
                ('tax', models.DecimalField(decimal_places=2, max_digits=15, verbose_name='tax on goods')),
                ('delivery_amount', models.DecimalField(decimal_places=2, max_digits=15, verbose_name='delivery')),
                ('delivery_tax', models.DecimalField(decimal_places=2, max_digits=15, verbose_name='tax on delivery')),
                ('credited', models.DecimalField(decimal_places=2, max_digits=15, verbose_name='credited')),
                ('reason', models.CharField(choices=[('customer', 'the customer wished it'), ('stock', 'not in stock'), ('fraud', 'fraud'), ('expired', 'not paid in time'), ('staff', 'by staff'), ('other', 'other')], max_length=20, verbose_name='reason')),
                ('note', models.CharField(blank=True, default='', max_length=1000, verbose_name='note')),
                ('actor', models.CharField(choices=[('user', 'customer or staff'), ('staff', 'staff'), ('system', 'the store itself'), ('guest', 'customer without an account')], max_length=10)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
            ],
            options={
                'verbose_name': 'cancellation',
                'verbose_name_plural': 'cancellations',
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='OrderAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, default='', max_length=200, verbose_name='name')),
                ('company', models.CharField(blank=True, default='', max_length=200, verbose_name='company')),
                ('tax_id', models.CharField(blank=True, default='', max_length=20, verbose_name='tax number')),
                ('phone', models.CharField(blank=True, default='', max_length=16, verbose_name='phone')),
                ('country', models.CharField(max_length=2, validators=[django.core.validators.RegexValidator('\\A[A-Z]{2}\\Z', 'Enter the two-letter code of a country (ISO 3166), such as RU.', code='country_code')], verbose_name='country')),
                ('region', models.CharField(blank=True, default='', max_length=100, verbose_name='region')),
                ('city', models.CharField(blank=True, default='', max_length=100, verbose_name='city')),
                ('district', models.CharField(blank=True, default='', max_length=100, verbose_name='district')),
                ('postal_code', models.CharField(blank=True, default='', max_length=20, verbose_name='postal code')),
                ('line1', models.CharField(blank=True, default='', max_length=200, verbose_name='street, house, flat')),
                ('line2', models.CharField(blank=True, default='', max_length=200, verbose_name='second line')),
                ('note', models.CharField(blank=True, default='', max_length=300, verbose_name='note for the courier')),
                ('kind', models.CharField(choices=[('shipping', 'delivery'), ('billing', 'bill')], max_length=10, verbose_name='kind')),
                ('pickup_point', models.JSONField(null=True, verbose_name='pick-up point')),
            ],
            options={
                'verbose_name': 'address of an order',
                'verbose_name_plural': 'addresses of orders',
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='OrderDiscount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('promotion_id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('coupon', 'code'), ('automatic', 'automatic')], max_length=10, verbose_name='kind')),
                ('code', models.CharField(blank=True, default='', max_length=40, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('target', models.CharField(choices=[('items', 'goods'), ('delivery', 'delivery')], max_length=10, verbose_name='taken off')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=15, verbose_name='amount')),
                ('allocation', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name': 'discount of an order',
                'verbose_name_plural': 'discounts of orders',
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='PaymentMethod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_ru', models.CharField(max_length=200, verbose_name='name in Russian')),
                ('name_en', models.CharField(blank=True, default='', help_text='Leave empty to use the Russian name.', max_length=200, verbose_name='name in English')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                ('provider', models.CharField(default='manual', max_length=20, verbose_name='provider')),
                ('terms', models.CharField(choices=[('prepaid', 'before shipment'), ('on_delivery', 'on delivery'), ('invoice', 'by invoice')], max_length=20, verbose_name='paid')),
                ('is_active', models.BooleanField(default=True, verbose_name='offered')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('min_total', models.DecimalField(blank=True, decimal_places=2, max_digits=15, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='minimum total')),
                ('max_total', models.DecimalField(blank=True, decimal_places=2, max_digits=15, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='maximum total')),
                ('expire_minutes', models.PositiveIntegerField(blank=True, null=True, verbose_name='unpaid orders are cancelled after, minutes')),
                ('moves_to_processing', models.BooleanField(default=False, verbose_name='a paid order is processed at once')),
                ('instructions_ru', models.TextField(blank=True, default='', max_length=2000, verbose_name='instructions in Russian')),
                ('instructions_en', models.TextField(blank=True, default='', max_length=2000, verbose_name='instructions in English')),
            ],
            options={
                'verbose_name': 'payment method',
                'verbose_name_plural': 'payment methods',
                'ordering': ('position', 'pk'),
            },
        ),
        migrations.AddField(
            model_name='order',
            name='allowance_total',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=2, default=Decimal('0'), max_digits=15, verbose_name='allowances'),
        ),
        migrations.AddField(
            model_name='order',
            name='cancelled_total',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=2, default=Decimal('0'), max_digits=15, verbose_name='cancelled'),
        ),
        migrations.AddField(
            model_name='order',
            name='customer_note',
            field=models.CharField(blank=True, db_default='', default='', max_length=1000, verbose_name="customer's note"),
        ),
        migrations.AddField(
            model_name='order',
            name='delivered_at',
            field=models.DateTimeField(null=True, verbose_name='delivered'),
        ),
        migrations.AddField(
            model_name='order',
            name='delivery_carrier',
            field=models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='carrier'),
        ),
        migrations.AddField(
            model_name='order',
            name='delivery_credited',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=2, default=Decimal('0'), max_digits=15, verbose_name='delivery given back'),
        ),
        migrations.AddField(
            model_name='order',
            name='delivery_discount',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=2, default=Decimal('0'), max_digits=15, verbose_name='discount on delivery'),
        ),
        migrations.AddField(
            model_name='order',
            name='delivery_kind',
            field=models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='kind of delivery'),
        ),
        migrations.AddField(
            model_name='order',
            name='delivery_method',
            field=models.CharField(blank=True, db_default='', default='', max_length=40, verbose_name='delivery method'),
        ),
        migrations.AddField(
            model_name='order',
            name='delivery_name',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='name of the delivery method'),
        ),
        migrations.AddField(
            model_name='order',
            name='delivery_price',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=2, default=Decimal('0'), max_digits=15, verbose_name='delivery'),
        ),
        migrations.AddField(
            model_name='order',
            name='delivery_tax',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=2, default=Decimal('0'), max_digits=15, verbose_name='tax on delivery'),
        ),
        migrations.AddField(
            model_name='order',
            name='delivery_tax_rate',
            field=models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name='tax rate of delivery, %'),
        ),
        migrations.AddField(
            model_name='order',
            name='discount_total',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=2, default=Decimal('0'), max_digits=15, verbose_name='discounts on goods'),
        ),
        migrations.AddField(
            model_name='order',
            name='expires_at',
            field=models.DateTimeField(null=True, verbose_name='to be paid until'),
        ),
        migrations.AddField(
            model_name='order',
            name='gift_message',
            field=models.CharField(blank=True, db_default='', default='', max_length=1000, verbose_name='gift message'),
        ),
        migrations.AddField(
            model_name='order',
            name='has_addresses',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='order',
            name='items_total',
            field=models.DecimalField(decimal_places=2, max_digits=15, null=True, verbose_name='goods'),
        ),
        migrations.AddField(
            model_name='order',
            name='needs_look',
            field=models.CharField(blank=True, db_default='', default='', max_length=30, verbose_name='needs a look'),
        ),
        migrations.AddField(
            model_name='order',
            name='open_payments',
            field=models.SmallIntegerField(db_default=0, default=0, verbose_name='open payments'),
        ),
        migrations.AddField(
            model_name='order',
            name='paid_total',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=2, default=Decimal('0'), max_digits=15, verbose_name='paid'),
        ),
        migrations.AddField(
            model_name='order',
            name='payment_method',
            field=models.CharField(blank=True, db_default='', default='', max_length=40, verbose_name='payment method'),
        ),
        migrations.AddField(
            model_name='order',
            name='payment_method_name',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='name of the payment method'),
        ),
        migrations.AddField(
            model_name='order',
            name='payment_status',
            field=models.CharField(choices=[('not_due', 'nothing to pay'), ('unpaid', 'unpaid'), ('pending', 'payment pending'), ('partially_paid', 'partially paid'), ('paid', 'paid'), ('overpaid', 'overpaid'), ('partially_refunded', 'partially refunded'), ('refunded', 'refunded')], db_default='unpaid', default='unpaid', max_length=20, verbose_name='payment status'),
        ),
        migrations.AddField(
            model_name='order',
            name='prices_include_tax',
            field=models.BooleanField(db_default=True, default=True, verbose_name='prices include tax'),
        ),
        migrations.AddField(
            model_name='order',
            name='refunded_total',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=2, default=Decimal('0'), max_digits=15, verbose_name='refunded'),
        ),
        migrations.AddField(
            model_name='order',
            name='returned_total',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=2, default=Decimal('0'), max_digits=15, verbose_name='returned'),
        ),
        migrations.AddField(
            model_name='order',
            name='shipment_status',
            field=models.CharField(choices=[('not_shipped', 'not shipped'), ('partially_shipped', 'partially shipped'), ('shipped', 'shipped'), ('delivered', 'delivered'), ('returned', 'returned')], db_default='not_shipped', default='not_shipped', max_length=20, verbose_name='shipment status'),
        ),
        migrations.AddField(
            model_name='order',
            name='shipped_at',
            field=models.DateTimeField(null=True, verbose_name='shipped'),
        ),
        migrations.AddField(
            model_name='order',
            name='staff_note',
            field=models.CharField(blank=True, db_default='', default='', max_length=1000, verbose_name='staff note'),
        ),
        migrations.AddField(
            model_name='order',
            name='stray_refunded_total',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=2, default=Decimal('0'), max_digits=15, verbose_name='of it, paid by mistake'),
        ),
        migrations.AddField(
            model_name='order',
            name='tax_total',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=2, default=Decimal('0'), max_digits=15, verbose_name='tax'),
        ),
        migrations.AddField(
            model_name='orderitem',
            name='cancelled_quantity',
            field=models.IntegerField(db_default=0, default=0, verbose_name='cancelled'),
        ),
        migrations.AddField(
            model_name='orderitem',
            name='discount',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=2, default=Decimal('0'), max_digits=15, verbose_name='discount'),
        ),
        migrations.AddField(
            model_name='orderitem',
            name='restocked_quantity',
            field=models.IntegerField(db_default=0, default=0, verbose_name='put back into stock'),
        ),
        migrations.AddField(
            model_name='orderitem',
            name='returned_quantity',
            field=models.IntegerField(db_default=0, default=0, verbose_name='returned'),
        ),
        migrations.AddField(
            model_name='orderitem',
            name='shipped_quantity',
            field=models.IntegerField(db_default=0, default=0, verbose_name='shipped'),
        ),
        migrations.AddField(
            model_name='orderitem',
            name='tax_amount',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=2, default=Decimal('0'), max_digits=15, verbose_name='tax'),
        ),
        migrations.AddField(
            model_name='orderitem',
            name='tax_class',
            field=models.CharField(db_default='', default='', max_length=20, verbose_name='tax class'),
        ),
        migrations.AddField(
            model_name='orderitem',
            name='tax_rate',
            field=models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name='tax rate, %'),
        ),
        migrations.AddField(
            model_name='orderitem',
            name='weight_g',
            field=models.IntegerField(null=True, verbose_name='weight of a piece, g'),
        ),
        migrations.AddField(
            model_name='statuschange',
            name='actor',
            field=models.CharField(choices=[('user', 'customer or staff'), ('staff', 'staff'), ('system', 'the store itself'), ('guest', 'customer without an account')], db_default='user', default='user', max_length=10),
        ),
        migrations.AlterField(
            model_name='statuschange',
            name='changed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='cancellation',
            name='created_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='cancellation',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cancellations', to='orders.order'),
        ),
        migrations.AddField(
            model_name='orderaddress',
            name='order',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to='orders.order'),
        ),
        migrations.AddField(
            model_name='orderdiscount',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='discounts', to='orders.order'),
        ),
        migrations.AddField(
            model_name='paymentmethod',
            name='delivery_methods',
            field=models.ManyToManyField(blank=True, help_text='Choose none for all.', related_name='+', to='delivery.deliverymethod', verbose_name='delivery methods'),
        ),
        migrations.AddConstraint(
            model_name='cancellation',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0), ('credited__gte', 0), ('delivery_amount__gte', 0), ('delivery_tax__gte', 0), ('tax__gte', 0)), name='orders_cancellation_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='cancellation',
            constraint=models.UniqueConstraint(condition=models.Q(('whole', True)), fields=('order',), name='orders_cancellation_one_of_the_whole'),
        ),
        migrations.AddConstraint(
            model_name='orderaddress',
            constraint=models.UniqueConstraint(fields=('order', 'kind'), name='orders_orderaddress_one_per_kind'),
        ),
        migrations.AddIndex(
            model_name='orderdiscount',
            index=models.Index(condition=models.Q(('code', ''), _negated=True), fields=['code', 'order'], name='orders_orderdiscount_by_code'),
        ),
        migrations.AddIndex(
            model_name='orderdiscount',
            index=models.Index(fields=['promotion_id', 'order'], name='orders_orderdiscount_by_promo'),
        ),
        migrations.AddConstraint(
            model_name='orderdiscount',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='orders_orderdiscount_amount_positive'),
        ),
    ]
