"""Read the products file and the baskets file, plain or gzip."""

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import TextIO, TypeVar

from scripts.replay.exceptions import ReplayError

GZIP_MAGIC = b"\x1f\x8b"
PRODUCT_COLUMNS = ("sku", "name", "price", "category")
BASKET_COLUMNS = ("basket", "lines")

Row = dict[str, str]
Parsed = TypeVar("Parsed")


@dataclass(frozen=True)
class Product:
    """A row of the products file."""

    sku: str
    name: str
    price: Decimal
    category: str
    stock: int


@dataclass(frozen=True)
class Basket:
    """An order of the baskets file."""

    number: str
    quantities: dict[str, int]  # by sku


def read_products(path: Path, *, default_stock: int) -> dict[str, Product]:
    """Return the file's products by sku. Raises ReplayError when the file cannot be used."""
    products: dict[str, Product] = {}
    for product in _parsed(path, PRODUCT_COLUMNS, lambda row: _product(row, default_stock)):
        if product.sku in products:
            raise ReplayError(f"{path}: the sku {product.sku} stands there twice.")
        products[product.sku] = product
    return products


def read_baskets(path: Path, *, limit: int | None, products: dict[str, Product]) -> list[Basket]:
    """Return the first baskets, all without a limit. Raises ReplayError when the file cannot be used."""
    return _parsed(path, BASKET_COLUMNS, lambda row: _basket(row, products), limit=limit)


def _product(row: Row, default_stock: int) -> Product:
    return Product(
        sku=row["sku"],
        name=row["name"],
        price=_price(row["price"]),
        category=row["category"],
        stock=_pieces(row["stock"]) if row.get("stock") else default_stock,
    )


def _basket(row: Row, products: dict[str, Product]) -> Basket:
    quantities: Counter[str] = Counter()
    for line in row["lines"].split():
        sku, _, quantity = line.rpartition(":")
        if sku not in products:
            raise ValueError(f"the products file has no sku {sku!r}")
        quantities[sku] += _pieces(quantity)
    if not quantities:
        raise ValueError("the basket is empty")
    return Basket(row["basket"], dict(quantities))


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite():
        raise ValueError(f"{text!r} is not a price")
    return price


def _pieces(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"{text!r} is not a number of pieces")
    return int(text)


def _parsed(
    path: Path, columns: tuple[str, ...], parse: Callable[[Row], Parsed], *, limit: int | None = None
) -> list[Parsed]:
    parsed = []
    with _readable(path) as file:
        reader = csv.DictReader(file)
        names = reader.fieldnames or ()
        if missing := [column for column in columns if column not in names]:
            raise ReplayError(f"{path} has no column {' and no column '.join(missing)}.")
        for row in islice(reader, limit):
            try:
                parsed.append(parse({name: (row[name] or "").strip() for name in names}))
            except ValueError as error:
                raise ReplayError(f"{path}, line {reader.line_num}: {error}.") from error
    if not parsed:
        raise ReplayError(f"{path} has no rows.")
    return parsed


@contextmanager
def _readable(path: Path) -> Iterator[TextIO]:
    try:
        with path.open("rb") as raw:
            opener = gzip.open if raw.read(2) == GZIP_MAGIC else open
        with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
            yield file
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise ReplayError(f"{path} cannot be read: {error}.") from error
