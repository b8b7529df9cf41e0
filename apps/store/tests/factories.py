"""Rows of the store for tests: the shipped tax classes, which a test that commits takes away."""

from importlib import import_module

from apps.store.models import TaxClass, TaxRate

_shipped = import_module("apps.store.migrations.0002_tax_classes")


def shipped_tax_classes() -> dict[str, TaxClass]:
    """Return the tax classes that the store comes with, by their codes, with their rates."""
    return {code: shipped_tax_class(code) for code in _shipped.CLASSES}


def shipped_tax_class(code: str) -> TaxClass:
    """Return the tax class, with its rates."""
    name_ru, name_en = _shipped.CLASSES[code]
    found, is_new = TaxClass.objects.get_or_create(
        code=code, defaults={"name_ru": name_ru, "name_en": name_en}
    )
    if is_new:
        TaxRate.objects.bulk_create(
            TaxRate(tax_class=found, country="RU", rate=rate, valid_from=first, valid_to=last)
            for of_code, rate, first, last in _shipped.RATES
            if of_code == code
        )
    return found
