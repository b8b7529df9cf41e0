"""Taxes of products: the product's own tax class, else the category's, else the store's."""

from datetime import date
from functools import lru_cache

from apps.catalog.configuration import CATEGORY_TREE
from apps.catalog.models import Product
from apps.store.configuration import TAXES
from apps.store.configuration_cache import Configuration


class ShownTaxRates(dict[tuple[int | None, int], str | None]):
    """The rates that products show on a day, in percent, by tax class and category; None: without VAT."""

    def __init__(self, configuration: Configuration, day: date) -> None:
        super().__init__()
        self.configuration, self.day = configuration, day
        self.codes = configuration[TAXES].codes

    def __missing__(self, key: tuple[int | None, int]) -> str | None:
        """Find out the rate, and keep it."""
        code = _tax_code(self.configuration, *key)
        rate = self.configuration[TAXES].rate_of(code, day=self.day)
        self[key] = None if rate is None else f"{rate:.2f}"
        return self[key]


def tax_code_of(product: Product, configuration: Configuration) -> str:
    """Return the code of the tax class that the product is sold under."""
    return _tax_code(configuration, product.tax_class_id, product.category_id)


def is_known(product: Product, configuration: Configuration) -> bool:
    """Tell whether the category and the tax class of the product were there when the configuration was."""
    codes, parents = configuration[TAXES].codes, configuration[CATEGORY_TREE].parents
    return product.category_id in parents and (product.tax_class_id is None or product.tax_class_id in codes)


@lru_cache(maxsize=1)
def shown_tax_rates(configuration: Configuration, day: date) -> ShownTaxRates:
    """Return the rates that products show on the day."""
    return ShownTaxRates(configuration, day)


def _tax_code(configuration: Configuration, tax_class_id: int | None, category_id: int) -> str:
    if tax_class_id is None:
        tax_class_id = configuration[CATEGORY_TREE].tax_class_id(category_id)
    return configuration[TAXES].code_of(tax_class_id)
