"""Bring the products of the file into the store through the API, and read what stands on the shelves."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from scripts.replay.client import Store, described
from scripts.replay.exceptions import NoAnswer, Refused, ReplayError
from scripts.replay.files import Product
from scripts.replay.thread_pool import ThreadPool

WEIGHT_G = 20  # of a piece: the baskets hold hundreds of small things
PASSES = 10  # of reading and writing, before a store that keeps losing writes is given up

Listed = TypeVar("Listed")


@dataclass(frozen=True)
class ShelfProduct:
    """A product, as the store has it."""

    id: int
    price: Decimal
    stock: int


@dataclass(frozen=True)
class Write:
    """A request that brings a product to what the file says."""

    method: str
    path: str
    body: dict[str, Any]


Shelves = dict[str, ShelfProduct]  # by sku


def stock_products(store: Store, pool: ThreadPool, products: dict[str, Product]) -> Shelves:
    """Create and reprice what differs from the file, and return what the store then has, by sku.

    Raises ReplayError when a product of the file is inactive, Refused when the store does not take it.
    """
    _refuse_inactive(store, products)
    categories = _write_until_equal(
        pool,
        store,
        "categories",
        read=lambda: {row["name"]: int(row["id"]) for row in store.pages("categories/")},
        lacking=lambda listed: [
            Write("POST", "categories/", {"name": name})
            for name in sorted({product.category for product in products.values()} - listed.keys())
        ],
    )
    return _write_until_equal(
        pool,
        store,
        "products",
        read=lambda: read_shelves(store, products),
        lacking=lambda shelves: _lacking_products(products, shelves, categories),
    )


def read_shelves(store: Store, products: dict[str, Product]) -> Shelves:
    """Return what the store lists of the file's products, by sku."""
    return {
        row["sku"]: ShelfProduct(row["id"], Decimal(row["price"]), row["stock"])
        for row in store.pages("products/")
        if row["sku"] in products
    }


def _refuse_inactive(store: Store, products: dict[str, Product]) -> None:
    rows = store.pages("products/?is_active=false", store.staff)
    if inactive := sorted(row["sku"] for row in rows if row["sku"] in products):
        raise ReplayError(
            f"{len(inactive)} products of the file are inactive in the store, so nobody can buy them: "
            f"{', '.join(inactive[:10])}."
        )


def _lacking_products(
    products: dict[str, Product], shelves: Shelves, categories: dict[str, int]
) -> list[Write]:
    writes = []
    for product in products.values():
        found = shelves.get(product.sku)
        if found is None:
            writes.append(Write("POST", "products/", _new_product(product, categories[product.category])))
        elif found.price != product.price:
            writes.append(Write("PATCH", f"products/{found.id}/", {"price": f"{product.price:f}"}))
    return writes


def _new_product(product: Product, category: int) -> dict[str, Any]:
    return {
        "name": product.name,
        "sku": product.sku,
        "price": f"{product.price:f}",
        "category": category,
        "stock": product.stock,
        "weight_g": WEIGHT_G,
    }


def _write_until_equal(
    pool: ThreadPool,
    store: Store,
    title: str,
    *,
    read: Callable[[], Listed],
    lacking: Callable[[Listed], list[Write]],
) -> Listed:
    # Reading again after writing also tells whether a write that got no answer was carried out.
    for _ in range(PASSES):
        listed = read()
        writes = lacking(listed)
        if not writes:
            return listed
        pool.run(title, lambda write: _write(store, write), writes)
    raise Refused(f"the store still lacks {len(writes)} {title} after {PASSES} attempts.")


def _write(store: Store, write: Write) -> None:
    try:
        response = store.send(write.method, write.path, store.staff, write.body)
    except NoAnswer as failure:
        store.wait_until_back(failure)
        return
    if not response.ok:
        raise Refused(f"the store does not take {write.body}: {described(response)}.")
