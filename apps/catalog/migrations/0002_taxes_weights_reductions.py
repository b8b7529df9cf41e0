import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [
        ('catalog', '0001_initial'),
        ('store', '0001_initial'),
    ]
    operations = [
        migrations.AddField(
            model_name='category',
            name='tax_class',
            field=models.ForeignKey(blank=True, db_index=False, help_text="For its products and those of the categories below. Empty: the parent's.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.taxclass', verbose_name='tax class'),
        ),
        migrations.AddField(
            model_name='product',
            name='compare_at_price',
            field=models.DecimalField(blank=True, decimal_places=2, help_text='Shown crossed out; must be above the price.', max_digits=10, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='price before'),
        ),
        migrations.AddField(
            model_name='product',
            name='lowest_price_30d',
            field=models.DecimalField(decimal_places=2, editable=False, max_digits=10, null=True, verbose_name='lowest price in 30 days'),
        ),
        migrations.AddField(
            model_name='product',
            name='tax_class',
            field=models.ForeignKey(blank=True, db_index=False, help_text="Leave empty to use the category's.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.taxclass', verbose_name='tax class'),
        ),
        migrations.AddField(
            model_name='product',
            name='weight_g',
            field=models.IntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100000000)], verbose_name='weight, g'),
        ),
    ]
