"""The tax classes of Russia with their rates, and the first version of the configuration."""

from datetime import date
from decimal import Decimal

from django.db import migrations

CLASSES = {
    "none": ("Без НДС", "Without VAT"),
    "standard": ("Основная ставка НДС", "Standard VAT"),
    "reduced": ("Пониженная ставка НДС, 10 %", "Reduced VAT, 10 %"),
    "zero": ("Ставка НДС 0 %", "Zero-rated VAT"),
    "simplified5": ("НДС 5 % при УСН", "VAT of 5 % under the simplified system"),
    "simplified7": ("НДС 7 % при УСН", "VAT of 7 % under the simplified system"),
}
# Tax Code of Russia, articles 164 and 168: 20 % by law 303-FZ of 2018, 5 and 7 % by 176-FZ of 2024, 22 % by 425-FZ of 2025.
RATES = [
    ("none", None, date(2019, 1, 1), None),
    ("standard", Decimal(20), date(2019, 1, 1), date(2025, 12, 31)),
    ("standard", Decimal(22), date(2026, 1, 1), None),
    ("reduced", Decimal(10), date(2019, 1, 1), None),
    ("zero", Decimal(0), date(2019, 1, 1), None),
    ("simplified5", Decimal(5), date(2025, 1, 1), None),
    ("simplified7", Decimal(7), date(2025, 1, 1), None),
]


def add(apps, schema_editor):
    tax_classes = {
        code: apps.get_model("store", "TaxClass").objects.create(code=code, name_ru=name_ru, name_en=name_en)
        for code, (name_ru, name_en) in CLASSES.items()
    }
    for code, rate, valid_from, valid_to in RATES:
        apps.get_model("store", "TaxRate").objects.create(
            tax_class=tax_classes[code], country="RU", rate=rate, valid_from=valid_from, valid_to=valid_to
        )
    apps.get_model("store", "ConfigVersion").objects.create(version=1)


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
