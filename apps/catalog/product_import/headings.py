"""Headings of a table of products, as this store, 1C, Shopify, WooCommerce and people call its columns."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self, TypeVar

from django.conf import settings
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.catalog.shown_texts import PRODUCT_TEXTS
from apps.core.normalization import NAME

REQUIRED_COLUMNS = ("sku", "name", "price", "category")
OPTIONAL_COLUMNS = ("stock", "description", "tax_class", "weight_g", "compare_at_price", "group")
DETAIL_NUMBERS = ("length_mm", "width_mm", "height_mm", "min_quantity", "quantity_step")
DETAIL_TEXTS = ("barcode", "external_id", "unit", "meta_title", "meta_description")
DETAIL_COLUMNS = (*DETAIL_TEXTS, *DETAIL_NUMBERS)
COLUMNS = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS, *DETAIL_COLUMNS)
# Texts in further languages, by column: `name_en`.
_LANGUAGES = [code for code, _label in settings.LANGUAGES]
TEXT_COLUMNS = {f"{name}_{code}": (code, name) for code in _LANGUAGES for name in PRODUCT_TEXTS}
OPTION = "option."  # of a variant: `option.size`
ATTRIBUTE = "attr."  # `attr.color`
PREFIXES = (OPTION, ATTRIBUTE)  # of columns that are called after a code behind it
VARIANT_COLUMNS = ("handle", "option1", "option2", "option3")  # of Shopify
_SHOWN_NAMES, _SHOWN_CHARACTERS = 50, 50  # of columns that are told of
SEARCHED_ROWS = 20  # for the heading: a price list has a title above it

# Of each column the names that mean it, in groups: a name counts when the file has none of an earlier group.
_ALIASES: dict[str, tuple[tuple[str, ...], ...]] = {
    "sku": (
        ("sku", "Артикул", "Variant SKU", "Номенклатура.Артикул"),
        ("Код", "Код товара", "Номенклатура.Код"),
    ),
    "name": (
        ("name", "Наименование", "Название", "Title", "Имя", "Наименование товара", "Название товара"),
        ("Номенклатура", "Товар", "Номенклатура.Наименование", "Product name"),
    ),
    "price": (
        (
            "price",
            "Цена",
            "Variant Price",
            "Regular price",
            "Базовая цена",
            "Цена, руб.",
            "Цена, руб",
            "Цена, ₽",
        ),
        ("Розничная цена", "Розничная", "Цена розничная", "Цена продажи"),
    ),
    "category": (
        ("category", "Категория", "Categories", "Категории"),
        ("Группа", "Группа товаров", "Группа номенклатуры", "Раздел", "Вид номенклатуры"),
        ("Type",),  # WooCommerce has it beside Categories, Shopify beside Product Category
        ("Product Category",),
    ),
    "stock": (
        ("stock", "Остаток", "Остатки", "Variant Inventory Qty", "Запасы"),
        ("Количество", "Кол-во", "Свободный остаток", "В наличии", "Quantity", "Qty"),
    ),
    "description": (("description", "Описание", "Body (HTML)"), ("Текстовое описание",)),
    "tax_class": (("tax_class", "Ставка налога", "Налоговый класс"),),
    "weight_g": (("weight_g", "Вес, г", "Вес (г)", "Вес, гр", "Вес г"),),
    "compare_at_price": (
        ("compare_at_price", "Старая цена", "Цена до скидки", "Цена без скидки", "Зачёркнутая цена"),
    ),
    "group": (("group", "Группа вариантов"),),
    "barcode": (
        ("barcode", "Штрихкод", "Штрих-код", "Variant Barcode", "GTIN", "EAN", "GTIN, UPC, EAN, or ISBN"),
    ),
    "external_id": (("external_id", "Внешний код", "Идентификатор", "GUID", "Ид", "Код 1С"),),
    "unit": (("unit", "Единица измерения", "Ед. изм.", "Ед.изм.", "Единица", "Базовая единица измерения"),),
    "meta_title": (("meta_title", "SEO Title", "Meta title", "SEO-заголовок"),),
    "meta_description": (("meta_description", "SEO Description", "Meta description", "SEO-описание"),),
    "length_mm": (("length_mm", "Длина, мм", "Длина (мм)"),),
    "width_mm": (("width_mm", "Ширина, мм", "Ширина (мм)"),),
    "height_mm": (("height_mm", "Высота, мм", "Высота (мм)"),),
    "min_quantity": (("min_quantity", "Минимальное количество", "Минимальный заказ", "Мин. количество"),),
    "quantity_step": (("quantity_step", "Кратность", "Кратность заказа", "Шаг количества"),),
    **{column: ((column,),) for column in TEXT_COLUMNS},
    "name_en": (("name_en", "Название (англ.)", "Наименование (англ.)", "Название на английском"),),
    "description_en": (("description_en", "Описание (англ.)", "Описание на английском"),),
    "handle": (("Handle",),),
    "option1": (("Option1 Value",),),
    "option2": (("Option2 Value",),),
    "option3": (("Option3 Value",),),
}
REASONS = {NAME.key(name) for name in ("what is wrong", "что не так")}  # in the tables of bad rows
_MEANINGS = {
    NAME.key(alias): (column, rank)
    for column, groups in _ALIASES.items()
    for rank, group in enumerate(groups)
    for alias in group
}
_prefixed = re.compile(rf"({'|'.join(map(re.escape, PREFIXES))})([-a-z0-9_]{{1,40}})", re.IGNORECASE)

T = TypeVar("T")


class UnusableFile(Exception):
    """A file that is no table of products."""


@dataclass(frozen=True)
class Heading:
    """The names of the columns as the file has them, and where the columns that are read stand."""

    names: Sequence[str]
    places: dict[str, int]

    @classmethod
    def of(cls, cells: Sequence[str]) -> Self:
        """Find the columns of a table of products.

        Raises UnusableFile when one is missing, or stands there more than once.
        """
        names = [cell.strip().replace("\0", "") for cell in cells]
        _refuse_doubled(names)
        places = {column: _place_of(column, names) for column in _ALIASES}
        found = cls(
            names,
            {column: place for column, place in places.items() if place is not None} | _places_by_code(names),
        )
        if missing := [column for column in REQUIRED_COLUMNS if column not in found.places]:
            text = _("The file lacks the columns: %s.") % ", ".join(map(column_name, missing))
            if found.unread:
                text += " " + _("Not understood: %s.") % _listed(found.unread)
            raise UnusableFile(text)
        return found

    @property
    def unread(self) -> list[str]:
        """Return the columns that nobody reads; those without a name are not worth a word."""
        read = {*self.places.values(), self._place_of_reasons}
        return [name for place, name in enumerate(self.names) if name and place not in read]

    def has(self, column: str, *names: str) -> bool:
        """Tell whether the column stands there under one of the names."""
        place = self.places.get(column)
        return place is not None and NAME.key(self.names[place]) in map(NAME.key, names)

    def without_reason(self, cells: Sequence[T]) -> list[T]:
        """Return the cells without the one that says why the row was bad the last time."""
        return [cell for place, cell in enumerate(cells) if place != self._place_of_reasons]

    @property
    def _place_of_reasons(self) -> int | None:
        found = (place for place, name in enumerate(self.names) if NAME.key(name) in REASONS)
        return next(found, None)


def column_name(column: str) -> str:
    """Return what the column of a table of products is called, in the language of now."""
    names = {
        "sku": pgettext("column", "SKU"),
        "name": _("name"),
        "price": _("price"),
        "category": _("category"),
        "stock": _("stock"),
        "description": _("description"),
        "tax_class": _("tax class"),
        "weight_g": _("weight, g"),
        "compare_at_price": _("price before"),
        "group": _("group of variants"),
        "barcode": _("barcode"),
        "external_id": _("id in another system"),
        "unit": _("unit"),
        "meta_title": _("title for search engines"),
        "meta_description": _("description for search engines"),
        "length_mm": _("length, mm"),
        "width_mm": _("width, mm"),
        "height_mm": _("height, mm"),
        "min_quantity": _("least quantity"),
        "quantity_step": _("step of the quantity"),
    }
    return names.get(column, column)


def by_code(texts: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Return what a row says in the columns with the prefix, by their codes; empty cells say nothing."""
    return {
        column.removeprefix(prefix): text
        for column, text in texts.items()
        if text and column.startswith(prefix)
    }


def known_columns(cells: Iterable[str]) -> set[str]:
    """Return the columns of a table of products that the cells name."""
    return {_MEANINGS[key][0] for cell in cells if (key := NAME.key(cell)) in _MEANINGS}


def is_heading(cells: Iterable[str]) -> bool:
    """Tell whether the cells name the sku and another column of a table of products."""
    return "sku" in (known := known_columns(cells)) and len(known) > 1


def find_heading(rows: Iterable[list[str] | None]) -> tuple[int, list[str] | None]:
    """Return which of the first rows (from 1) is the heading, and its cells.

    Where none is, that is the row that comes closest. None stands for a row that cannot be read.
    """
    closest: tuple[int, list[str] | None] = (1, [])
    most = -1
    for number, cells in enumerate(islice(rows, SEARCHED_ROWS), start=1):
        if cells is not None and is_heading(cells):
            return number, cells
        if (known := len(known_columns(cells or []))) > most:
            closest, most = (number, cells), known
    return closest


def _listed(names: Sequence[str]) -> str:
    """Return the first of the names, each as far as it would be read: a file can have anything there."""
    shown = [Truncator(name).chars(_SHOWN_CHARACTERS) for name in names[:_SHOWN_NAMES]]
    return ", ".join([*shown, "…"] if len(names) > _SHOWN_NAMES else shown)


def _refuse_doubled(names: Sequence[str]) -> None:
    times = Counter(name for name in names if name)
    if doubled := [name for name, count in times.items() if count > 1]:
        raise UnusableFile(_("The file has these columns more than once: %s.") % _listed(doubled))


def _place_of(column: str, names: Sequence[str]) -> int | None:
    """Return where the column stands. Raises UnusableFile when that can be said of two columns alike."""
    meanings = [_MEANINGS.get(NAME.key(name), ("", 0)) for name in names]
    ranks = {place: rank for place, (meant, rank) in enumerate(meanings) if meant == column}
    best = [place for place, rank in ranks.items() if rank == min(ranks.values())]
    return _only(column, best, names)


def _places_by_code(names: Sequence[str]) -> dict[str, int]:
    """Return where the columns with a prefix stand. Raises UnusableFile as above."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        if found := _prefixed.fullmatch(name):
            prefix = found[1].lower()
            code = found[2].lower() if prefix == ATTRIBUTE else found[2]
            places.setdefault(f"{prefix}{code}", []).append(place)
    return {column: found[0] for column, found in places.items() if _only(column, found, names) is not None}


def _only(column: str, places: Sequence[int], names: Sequence[str]) -> int | None:
    if len(places) > 1:
        text = _("These columns of the file mean the same (%(column)s): %(names)s.")
        raise UnusableFile(
            text % {"column": column_name(column), "names": ", ".join(names[place] for place in places)}
        )
    return places[0] if places else None
