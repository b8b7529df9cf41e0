"""Parts of products, which stand in other tables: read, checked and written for many products at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from apps.catalog.attributes import known_of, rows_of, write_attributes_of_many
from apps.catalog.models import Product
from apps.catalog.related_products import checked_related, known_ids, write_related_of_many
from apps.catalog.translations import write_translations_of_many


@dataclass(frozen=True)
class Part:
    """A part that the rows of a body have values of; no step takes more statements for more of them.

    `read` returns what the values refer to, as far as it is there. `check` returns the value of one product
    as it is to be written, or raises ValidationError. `write` returns what has changed, by product.
    """

    read: Callable[[list[Any]], Any]
    check: Callable[[Product, Any, Any], Any]
    write: Callable[[Mapping[Product, Any]], Mapping[Product, list[Any]]]


PARTS: Mapping[str, Part] = {
    "related": Part(lambda lists: known_ids(chain(*lists)), checked_related, write_related_of_many),
    "attributes": Part(known_of, rows_of, write_attributes_of_many),
    # They refer to nothing, and were checked as they were read.
    "translations": Part(
        lambda _texts: None, lambda _product, texts, _known: texts, write_translations_of_many
    ),
}
