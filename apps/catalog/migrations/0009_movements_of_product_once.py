"""Drop the index of a movement's product: another one begins with it, and each sale wrote to both."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0008_movements_by_kind")]

    operations = [
        migrations.AlterField(
            model_name="stockmovement",
            name="product",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stock_movements",
                to="catalog.product",
                verbose_name="product",
            ),
        ),
    ]
