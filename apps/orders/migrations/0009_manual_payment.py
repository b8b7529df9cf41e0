"""The payment method that every store has: by invoice, recorded by staff."""

from django.db import migrations


def add(apps, schema_editor):
    apps.get_model("orders", "PaymentMethod").objects.create(
        code="manual",
        name_ru="По счёту",
        name_en="By invoice",
        provider="manual",
        terms="invoice",
        moves_to_processing=True,
    )


class Migration(migrations.Migration):
    dependencies = [("orders", "0008_order_by_payment_method")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
