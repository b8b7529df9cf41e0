"""Random days of a shop: whoever writes, whatever happens to the cache, no response is older than promised.

Each day is seen through two processes. `STORE_TEST_LIVES=300` makes so many longer ones, others each time.
"""

import logging
import random
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.catalog.models import Category, Product
from apps.orders.models import Order
from conftest import available_services
from tests.support.cache_contents import forget, without_cache
from tests.support.second_process import second_process
from tests.support.servers import MemcachedServer
from tests.support.state_machines import lives
from tests.support.storefront import CATEGORIES, HERE, ORDERS, PRODUCTS, THERE, Window

stateful = pytest.importorskip("hypothesis.stateful")
st = pytest.importorskip("hypothesis.strategies")
rule = stateful.rule

LOOKS = 4  # at pages, after each step; there are up to 14
MOST_PRODUCTS, MOST_ORDERS = 6, 6
places = st.sampled_from([HERE, THERE])
wares = st.integers(0, MOST_PRODUCTS)
seeds = st.integers(0, 2**32)
statuses = st.sampled_from(["processing", "shipped", "cancelled"])


class Freshness(stateful.RuleBasedStateMachine):
    """A small shop, the cache, and what happens to both."""

    def __init__(self, make_window, memcached):
        super().__init__()
        self.window = make_window()
        self.memcached = memcached
        self.steps = 0

    # --- What people write -------------------------------------------------------------------------------

    @stateful.initialize(seed=seeds, where=places, is_out_of_reach=st.booleans())
    def begin(self, seed, where, is_out_of_reach):
        self.place_order(HERE, 0)
        # What a short life may never come to.
        self.overtake_readers(seed, where, 0)
        self.write_without_the_cache_hearing_of_it(seed, is_out_of_reach)

    @rule(where=places, ware=wares)
    def rename_product(self, where, ware):
        self.write(where, "PATCH", self.product(ware), {"name": self.window.new("Ware")})

    @rule(where=places, ware=wares, is_active=st.booleans())
    def put_on_or_off_sale(self, where, ware, is_active):
        self.write(where, "PATCH", self.product(ware), {"is_active": is_active})

    @rule(where=places, ware=wares)
    def take_off_sale(self, where, ware):
        self.write(where, "DELETE", self.product(ware))

    @stateful.precondition(lambda self: len(self.window.products) < MOST_PRODUCTS)
    @rule(where=places)
    def add_product(self, where):
        body = {"name": self.window.new("Ware"), "sku": self.window.new("SKU"), "price": "7.00", "stock": 9}
        added = self.write(where, "POST", PRODUCTS, {**body, "category": self.window.shelf.pk})
        self.window.products.append(Product.objects.get(pk=added.json()["id"]))

    @rule(where=places, ware=wares, delta=st.sampled_from([1, 2, -1]))
    def move_stock(self, where, ware, delta):
        address = self.product(ware).replace("/products/", "/admin/products/")
        self.write(where, "POST", f"{address}stock-movements/", {"delta": delta, "reason": "counted"})

    @rule(where=places)
    def rename_category(self, where):
        self.write(where, "PATCH", f"{CATEGORIES}{self.window.shelf.pk}/", {"name": self.window.new("Shelf")})

    @rule(where=places, is_active=st.booleans())
    def open_or_close_the_hall(self, where, is_active):
        self.write(where, "PATCH", f"{CATEGORIES}{self.window.hall.pk}/", {"is_active": is_active})

    @stateful.precondition(lambda self: len(self.window.orders) < MOST_ORDERS)
    @rule(where=places, ware=wares)
    def place_order(self, where, ware):
        line = {"product_id": self.window.products[ware % len(self.window.products)].pk, "quantity": 1}
        placed = self.window.send(where, "anna", "POST", ORDERS, {"items": [line]})
        assert placed.status_code in {201, 400}  # what is off sale is refused
        if placed.status_code == 201:
            self.window.orders.append(placed.json()["id"])

    @rule(where=places, who=st.sampled_from(["anna", "clerk"]), status=statuses)
    def move_order(self, where, who, status):
        moved = self.window.send(
            where, who, "PATCH", f"{ORDERS}{self.window.orders[-1]}/", {"status": status}
        )
        assert moved.status_code in {200, 403, 409}

    @rule()
    def rename_customer(self):
        self.window.anna.username = self.window.new("anna").replace(" ", "")
        self.window.anna.save(update_fields=["username"])

    # --- What the code writes ----------------------------------------------------------------------------

    @rule(ware=wares)
    def save_rows(self, ware):
        for row in self.rows(ware):
            row.save()

    @rule()
    def update_rows(self):
        self.window.change_all()

    @rule(ware=wares)
    def update_rows_in_bulk(self, ware):
        for row in self.rows(ware):
            field = "tracking_number" if isinstance(row, Order) else "name"
            type(row).objects.bulk_update([row], [field])

    @rule(ware=wares)
    def insert_rows_in_bulk(self, ware):
        category, product, _order = self.rows(ware)
        for row, key in ((category, "slug"), (product, "sku")):
            type(row).objects.bulk_create(
                [row], update_conflicts=True, unique_fields=[key], update_fields=["name"]
            )

    @rule()
    def take_a_write_back(self):
        with transaction.atomic():
            self.window.change_all()
            transaction.set_rollback(True)

    # --- Readers and writers who meet --------------------------------------------------------------------

    @rule(seed=seeds, where=places, before_the_end=st.sampled_from([0, 0, 0, 1]))
    def overtake_readers(self, seed, where, before_the_end):
        """A write comes when a reader has asked the database, and has not kept the answer yet."""
        for page in self.some_pages(seed):
            self.window.change_all()  # so that the page is built anew
            with CaptureQueriesContext(connection) as questions:
                self.window.truth(page)
            with self.overtaking(max(1, len(questions) - before_the_end), where):
                self.window.ask(HERE, page)
            self.window.look(page, THERE, HERE)

    @rule(seed=seeds)
    def read_while_a_write_is_not_committed(self, seed):
        pages = self.some_pages(seed)
        truths = [self.window.truth(page) for page in pages]
        with transaction.atomic():
            self.window.change_all()
            seen = [self.window.ask(THERE, page) for page in pages]
        assert seen == truths
        for page in pages:
            self.window.look(page, HERE, THERE)

    # --- What happens to the cache -----------------------------------------------------------------------

    @rule(seed=seeds, share=st.sampled_from([0.2, 0.5, 0.8, 1]))
    def forget_some(self, seed, share):
        lost = random.Random(seed)
        forget(lambda _place: lost.random() < share)

    @stateful.precondition(lambda self: self.memcached)
    @rule(reader=places, noticed_by=st.sets(places))
    def restart_memcached(self, reader, noticed_by):
        """What one process keeps afterwards, the first write of the other must drop."""
        self.memcached.kill()
        for where in noticed_by:
            self.look_around([where])
        self.memcached.start()
        self.look_around([reader])
        self.rename_category(HERE if reader == THERE else THERE)
        self.look_around([reader])

    @stateful.precondition(lambda self: self.memcached)
    @rule(noticed_by=st.sets(places))
    def write_while_memcached_is_down(self, noticed_by):
        self.memcached.kill()
        for where in noticed_by:
            self.look_around([where])
        self.window.change_all()
        for where in noticed_by:
            self.look_around([where])
        self.memcached.start()

    @rule(seed=seeds, is_out_of_reach=st.booleans())
    def write_without_the_cache_hearing_of_it(self, seed, is_out_of_reach):
        """The promise is then that of the cache's time, and exactly that."""
        before = {page: self.window.ask(HERE, page) for page in self.some_pages(seed)}  # kept by now
        if is_out_of_reach:
            with without_cache():
                self.window.change_all()
        else:
            self.window.change_all_by_sql()
        written_at = time.time()
        for page, old in before.items():
            for where in (HERE, THERE):
                assert self.window.ask(where, page) in {old, self.window.truth(page)}
            self.window.look(page, HERE, THERE, now=written_at + page.seconds)
        cache.clear()  # what was kept then is of the future

    # --- What holds after each step ----------------------------------------------------------------------

    @stateful.invariant()
    def both_processes_show_what_the_database_says(self):
        self.steps += 1
        self.look_around([HERE, THERE] if self.steps % 2 else [THERE, HERE])

    # --- How it is done ----------------------------------------------------------------------------------

    def look_around(self, where):
        pages = self.window.pages()
        for place in range(self.steps * LOOKS, (self.steps + 1) * LOOKS):
            self.window.look(pages[place % len(pages)], *where)

    def some_pages(self, seed):
        return random.Random(seed).sample(self.window.pages(), LOOKS)

    def product(self, ware):
        return f"{PRODUCTS}{self.window.products[ware % len(self.window.products)].pk}/"

    def rows(self, ware):
        """Return a category, a product and an order, changed and not yet written."""
        category = Category.objects.get(pk=self.window.shelf.pk)
        product = Product.objects.get(pk=self.window.products[ware % len(self.window.products)].pk)
        order = Order.objects.get(pk=self.window.orders[-1])
        category.name, product.name = self.window.new("Shelf"), self.window.new("Ware")
        order.tracking_number = self.window.new("EM")
        return category, product, order

    def write(self, where, method, address, body=None):
        response = self.window.send(where, "clerk", method, address, body)
        assert response.status_code in {200, 201, 204}, response.text
        return response

    @contextmanager
    def overtaking(self, moment, where):
        """Write when the block has asked its first, second … question."""
        asked = count(1)
        write = self.window.change_all if where == HERE else partial(self.rename_category, THERE)

        def ask(execute, *question):
            result = execute(*question)
            if next(asked) == moment:
                write()
            return result

        with connection.execute_wrapper(ask):
            yield


@pytest.fixture
def memcached(settings):
    """Run a Memcached of the test's own; none where the store has files instead."""
    if "memcached" not in available_services():
        yield None
        return
    with MemcachedServer() as server:
        settings.CACHES = {"default": {**settings.MEMCACHED_CACHE, "LOCATION": [server.url]}}
        yield server
        cache._cache.close()


@pytest.fixture
def make_window(transactional_db, memcached, make_user, tmp_path):
    """Return a function that opens a shop in this process and in a second one."""
    anyone = APIClient()
    with ExitStack() as stack:
        second = stack.enter_context(second_process(tmp_path))
        yield lambda: Window(make_user, anyone, second)


def test_no_answer_is_older_than_promised(make_window, memcached, caplog):
    caplog.set_level(logging.ERROR)
    stateful.run_state_machine_as_test(
        lambda: Freshness(make_window, memcached), settings=lives(few=2, steps=10, shrinks=False)
    )
