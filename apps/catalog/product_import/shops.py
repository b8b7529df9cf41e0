"""Peculiarities of the exports of Shopify and WooCommerce.

Descriptions are HTML. Shopify tells of a product in its first row, and in the others (of the same handle)
what differs: its variants. WooCommerce names all categories of a product, each with those above it.
"""

import html
import re
from collections.abc import Callable

from apps.catalog.category_paths import parts_of
from apps.catalog.product_import.headings import VARIANT_COLUMNS, Heading
from apps.catalog.product_import.html_texts import text_of_html

Texts = dict[str, str]  # by column

_NO_OPTION = "Default Title"  # of a product without variants
_comma = re.compile(r"(?<!\\), *")  # one that belongs to a name has a backslash before it


def reading_of(heading: Heading) -> Callable[[Texts], Texts] | None:
    """Return what the rows of the table have to go through, in their order; None when there is nothing."""
    if heading.has("description", "Body (HTML)") or VARIANT_COLUMNS[0] in heading.places:
        return _ShopifyRows(heading.has("description", "Body (HTML)"))
    # No other shop calls these two columns so.
    if heading.has("price", "Regular price", "Базовая цена") and heading.has(
        "category", "Categories", "Категории"
    ):
        return _row_of_woocommerce
    return None


class _ShopifyRows:
    """Make each variant a product: called by its product and its options."""

    def __init__(self, has_html: bool) -> None:
        self._has_html = has_html
        self._first: Texts = {}

    def __call__(self, texts: Texts) -> Texts:
        if self._has_html:
            texts["description"] = text_of_html(texts["description"])
        if texts["name"]:
            self._first = dict(texts)
        elif texts.get("handle") and texts["handle"] == self._first.get("handle"):
            for column in ("name", "category", "description"):
                texts[column] = texts[column] or self._first[column]
        options = [
            texts[column]
            for column in VARIANT_COLUMNS[1:]
            if texts.get(column, _NO_OPTION) not in {"", _NO_OPTION}
        ]
        if texts["name"] and options:
            texts["name"] += f" ({', '.join(options)})"
        return texts


def _row_of_woocommerce(texts: Texts) -> Texts:
    # It writes a line break as \\n, and a backslash before n as two.
    lines = "\\n".join(part.replace("\\n", "\n") for part in texts["description"].split("\\\\n"))
    texts["description"] = text_of_html(lines, keeps_lines=True)
    texts["name"] = html.unescape(texts["name"])
    categories = [html.unescape(name.replace("\\,", ",")) for name in _comma.split(texts["category"])]
    texts["category"] = max(categories, key=lambda name: len(parts_of(name)))  # the first of the deepest
    return texts
