"""The attributes that every shop has: the brand of a product, and its tags."""

from django.db import migrations

ATTRIBUTES = [("brand", "Бренд", "Brand", 0), ("tag", "Метка", "Tag", 1)]


def add(apps, schema_editor):
    for code, name_ru, name_en, position in ATTRIBUTES:
        apps.get_model("catalog", "Attribute").objects.create(
            code=code, name_ru=name_ru, name_en=name_en, type="choice", is_filter=True, position=position
        )


class Migration(migrations.Migration):
    dependencies = [('catalog', '0014_product_quantities_valid')]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
