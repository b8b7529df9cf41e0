"""Traces of a person: a text looked for wherever the store keeps something."""

import pickle
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from pypdf import PdfReader

from apps.orders.models import Invoice
from tests.support.databases import all_rows


def traces_of(text: str) -> list[str]:
    """Return what holds the text, whatever its case: rows of all tables, invoices, and files of the cache."""
    found = [
        f"{table}: {row}"
        for table, rows in all_rows().items()
        for row in rows
        if _holds(text, " ".join(map(_text, row)))
    ]
    found += [f"invoice of {each.order_id}" for each in Invoice.objects.all() if _holds(text, _drawn(each))]
    found += [path.name for path in _cache_files() if _holds(text, _kept_in(path))]
    return found


def _holds(text: str, where: str) -> bool:
    return text.casefold() in where.casefold()


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _drawn(invoice: Invoice) -> str:
    pages = PdfReader(BytesIO(bytes(invoice.pdf))).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "")


def _cache_files() -> list[Path]:
    if not settings.STORE_EMBEDDED:
        return []
    return list(Path(settings.CACHES["default"]["LOCATION"]).glob("*.djcache"))


def _kept_in(path: Path) -> str:
    with path.open("rb") as file:
        pickle.load(file)
        return _text(zlib.decompress(file.read()))
