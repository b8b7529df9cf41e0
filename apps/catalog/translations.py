"""Translations of products and categories: their texts in further languages, written with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.catalog.models import Category, CategoryTranslation, Product, ProductTranslation
from apps.catalog.product_parts import PartChange
from apps.catalog.search_terms import refresh_search_terms
from apps.catalog.shown_texts import CATEGORY_TEXTS, PRODUCT_TEXTS, present_language
from apps.core.json_pointers import Pointer
from apps.core.normalization import NAME

PART = "translations"
Texts = Mapping[str, Mapping[str, str]]  # by language and field
Changes = dict[int, tuple[list[str], list[str]]]  # before and after, by the id of the row


@dataclass(frozen=True)
class _Kind:
    """Translations of one kind: the model, its reference to what is translated, and the texts."""

    model: Any
    owner: str
    fields: tuple[str, ...]


_OF_PRODUCTS = _Kind(ProductTranslation, "product", PRODUCT_TEXTS)
_OF_CATEGORIES = _Kind(CategoryTranslation, "category", CATEGORY_TEXTS)


def write_translations(product: Product, texts: Texts) -> PartChange:
    """Give the locked product these texts, by language and field, and show it with them.

    What is not named stays as it is; an empty text takes one away. Raises ValidationError, by JSON pointer,
    for a language and a field that there are not, and for a text that is too long.
    """
    return _write_checked(_OF_PRODUCTS, product, texts)


def write_category_translations(category: Category, texts: Texts) -> PartChange:
    """Give the locked category these texts in the same way."""
    return _write_checked(_OF_CATEGORIES, category, texts)


def write_translations_of_many(wanted: Mapping[Product, Texts]) -> dict[Product, list[Any]]:
    """Give locked products their texts, which are known to be right; return what has changed, by product.

    The number of statements does not grow with the products. They are found by what is new at once.
    """
    texts = {product.pk: each for product, each in wanted.items()}
    changes = _write(_OF_PRODUCTS, texts, _known(_OF_PRODUCTS, texts))
    if changes:
        refresh_search_terms(changes)
    return {product: [*changes[product.pk]] for product in wanted if product.pk in changes}


def _write_checked(kind: _Kind, row: Product | Category, texts: Texts) -> PartChange:
    if faults := _faults(kind, texts):
        raise ValidationError(faults)
    known = _known(kind, {row.pk: texts})
    before, after = _write(kind, {row.pk: texts}, known).get(row.pk, ([], []))
    shown = known.get((row.pk, present_language()))
    row.texts = {field: getattr(shown, field) for field in kind.fields} if shown else None
    return [before, after] if before != after else None


def _faults(kind: _Kind, texts: Texts) -> dict[str, ValidationError]:
    faults: dict[str, ValidationError] = {}
    for language, field, text in _each(texts):
        where = Pointer(f"{Pointer.to(PART)}{Pointer.to(language)}{Pointer.to(field)}")
        if language not in dict(settings.LANGUAGES) or field not in kind.fields:
            faults[where] = ValidationError(_("Unknown member."), code="unknown_member")
            continue
        try:
            kind.model._meta.get_field(field).clean(text, None)
        except ValidationError as error:
            faults[where] = error
    return faults


def _each(texts: Texts) -> Iterator[tuple[str, str, str]]:
    """Yield the texts, names in their clean form, each with its language and field."""
    for language, by_field in texts.items():
        for field, text in by_field.items():
            yield language, field, NAME.clean(text) if field == "name" else text


def _known(kind: _Kind, texts: Mapping[int, Texts]) -> dict[tuple[int, str], Any]:
    rows = kind.model.objects.filter(**{f"{kind.owner}__in": list(texts)})
    return {(getattr(row, f"{kind.owner}_id"), row.language): row for row in rows}


def _write(kind: _Kind, texts: Mapping[int, Texts], known: dict[tuple[int, str], Any]) -> Changes:
    """Write the texts that differ from those of the known rows, and bring these up to date."""
    changes: Changes = {}
    written: dict[tuple[int, str], Any] = {}
    for row_id, wanted in texts.items():
        for language, field, text in _each(wanted):
            key = row_id, language
            row = known.get(key) or kind.model(**{f"{kind.owner}_id": row_id}, language=language)
            if text == getattr(row, field):
                continue
            before, after = changes.setdefault(row_id, ([], []))
            before.extend(_told(language, field, getattr(row, field)))
            after.extend(_told(language, field, text))
            setattr(row, field, text)
            known[key] = written[key] = row
    _store(kind, list(written.values()))
    return changes


def _told(language: str, field: str, text: str) -> list[str]:
    """Return the text as the audit trail tells it, if there is one."""
    return [f"{field}_{language}: {text}"] if text else []


def _store(kind: _Kind, rows: list[Any]) -> None:
    full = [row for row in rows if any(getattr(row, field) for field in kind.fields)]
    if emptied := [row.pk for row in rows if row not in full and row.pk]:
        kind.model.objects.filter(pk__in=emptied).delete()
    if full:
        kind.model.objects.bulk_create(
            full,
            update_conflicts=True,
            unique_fields=[kind.owner, "language"],
            update_fields=kind.fields,
        )
