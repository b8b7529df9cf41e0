"""Actors of a chaos run: customers and staff, with the products that they want. Made before any fault."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from scripts.chaos.buyers import Buyer
from scripts.chaos.http_client import HttpClient
from scripts.chaos.journal import Day, Journal
from scripts.chaos.staff import Clerk
from scripts.chaos.stage import PASSWORD, STAFF, Stage, StageFailed
from scripts.replay.catalogue import stock_products
from scripts.replay.client import Account, Store
from scripts.replay.customers import register_customers
from scripts.replay.files import Product
from scripts.replay.thread_pool import ThreadPool

PRODUCTS = 12
STOCK = 150  # pieces of each: the wanted ones run short
CLERKS = 3
NIGHT_SECONDS = 1800.0


@dataclass(frozen=True)
class Shop:
    """Who buys and who works in the store, and what is sold."""

    customers: list[Account]
    staff: Account
    product_ids: list[int]


def open_shop(stage: Stage, buyers: int) -> Shop:
    """Create products and register customers. Raises ReplayError when the store does not take them."""
    store = Store(f"http://127.0.0.1:{stage.ports[0]}", Account(STAFF, PASSWORD))
    store.wait_for_start()
    store.log_in(store.staff)
    stage.manage(*stage.calls("make_coupons()"))
    stage.manage(*stage.calls("make_payment_methods()"))
    products = {
        f"CHAOS-{number}": Product(f"CHAOS-{number}", f"Thing {number}", Decimal(number), "Things", STOCK)
        for number in range(1, PRODUCTS + 1)
    }
    with ThreadPool(4) as pool:
        shelves = stock_products(store, pool, products)
        customers = register_customers(store, pool, buyers)
    return Shop(list(customers), store.staff, [shelves[sku].id for sku in products])


@contextmanager
def editing(stage: Stage, seed: str) -> Iterator[None]:
    """Have staff edit rates, taxes and promotions meanwhile. Raises StageFailed when they could not."""
    process = stage.process("configuration", "manage.py", *stage.calls(f"edit({seed!r})"))
    process.start()
    try:
        yield
        if process.has_ended:
            raise StageFailed(f"the edits of the configuration ended: {process.log.read_text()[-2000:]}")
    finally:
        process.kill()


def night_clerk(shop: Shop, stage: Stage, journal: Journal, seed: str) -> Clerk:
    """Return somebody of staff who stays when all others are gone."""
    random = Random(f"{seed}/night clerk")
    client = HttpClient(stage.ports, random, journal, Day(NIGHT_SECONDS))
    return Clerk(shop.staff, client, journal, shop.product_ids, random)


def actors_of(shop: Shop, stage: Stage, journal: Journal, day: Day, seed: str) -> list[Callable[[Day], None]]:
    """Return what each person does all day."""

    def tools(name: str) -> tuple[HttpClient, Journal, list[int], Random]:
        random = Random(f"{seed}/{name}")
        return HttpClient(stage.ports, random, journal, day), journal, shop.product_ids, random

    buyers = [
        Buyer(customer, *tools(f"buyer {number}"), stage.provider)
        for number, customer in enumerate(shop.customers, start=1)
    ]
    clerks = [Clerk(shop.staff, *tools(f"clerk {number}")) for number in range(1, CLERKS + 1)]
    return [*(buyer.run for buyer in buyers), *(clerk.run for clerk in clerks)]
