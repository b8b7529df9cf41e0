"""Random lives of orders: whatever people do with them, the store says and shows what a model of it says.

`STORE_TEST_LIVES=300` makes so many lives of 50 steps, others each time; else few, and the same.
"""

import logging
from collections import defaultdict
from decimal import Decimal

import pytest

from apps.catalog.models import Product, StockMovement
from apps.orders.models import Order, OrderItem, StatusChange
from apps.orders.stock_reconciliation import stock_differences
from apps.orders.tests.shop_model import TRANSITIONS, is_staff, money
from apps.orders.tests.shop_visit import (
    ORDERS,
    PRODUCTS,
    WARES,
    Visit,
    address_of,
    assert_outdated,
    assert_refused,
    in_order,
    like,
    picked,
)
from tests.support.state_machines import lives

hypothesis = pytest.importorskip("hypothesis", reason="needs hypothesis: requirements-dev.txt")
stateful = pytest.importorskip("hypothesis.stateful")
st, rule = hypothesis.strategies, stateful.rule

UNKNOWN_ID = 10**15
MOST_ORDERS = 8
LOOKS = 4  # at pages, after each step; there are up to 36

customers = st.sampled_from(["anna", "boris"])
people = st.sampled_from(["anna", "boris", "clerk"])
mostly_the_clerk = st.sampled_from(["clerk", "clerk", "clerk", "anna"])
wares = st.integers(0, len(WARES) - 1)
baskets = st.lists(
    # A ware, or what is none; now and then more pieces than there are, or than can be asked for.
    st.tuples(st.sampled_from([0, 1, 2, 0, 1, 2, 3]), st.sampled_from([1, 1, 2, 3, 4, 26, 6000])),
    min_size=1,
    max_size=4,
)
expectations = st.sampled_from([None, None, "now", "before", "never"])
keys = st.sampled_from([None, None, "first", "second"])
versions = st.sampled_from([None, None, "now", "before", "any"])
picks = st.integers(0, 99)


class OrderLives(stateful.RuleBasedStateMachine):
    """Two customers and a clerk in a shop of three products, and the model of it."""

    orders = stateful.Bundle("orders")

    def __init__(self, make_user):
        super().__init__()
        self.visit = Visit(make_user)
        self.shop, self.names, self.clients = self.visit.shop, self.visit.names, self.visit.clients
        self.looked_at = 0
        self.differences_of_others = set(stock_differences())  # left by a life that failed

    # --- What people do ----------------------------------------------------------------------------------

    @stateful.initialize(target=orders, key=keys)
    def begin(self, key):
        return stateful.multiple(
            self.place("anna", [(0, 1), (1, 2), (0, 1)], None, key),
            self.place("boris", [(0, 2), (2, 1)], None, key),
        )

    @stateful.precondition(lambda self: len(self.shop.orders) < MOST_ORDERS)
    @rule(target=orders, name=customers, basket=baskets, expectation=expectations, key=keys)
    def place(self, name, basket, expectation, key):
        who, body = self.names[name], self.order_body(basket, expectation)
        response = self.visit.post_once(who, ORDERS, body, key)
        if response is None:
            return stateful.multiple()
        if problems := self.shop.problems(body["items"], body.get("expected_total")):
            assert_refused(response, problems[0])
            return stateful.multiple()
        assert response.status_code == 201
        order = self.shop.place(response.json()["id"], who, body["items"])
        assert response["Location"] == f"http://testserver{address_of(order)}"
        self.visit.note(who, address_of(order), response)
        return order

    @rule(name=customers, basket=baskets, expectation=expectations)
    def quote(self, name, basket, expectation):
        body = self.order_body(basket, expectation)
        response = self.clients[self.names[name]].post(f"{ORDERS}quote/", body)
        told = response.json()
        told["problems"] = sorted(map(in_order, told["problems"]), key=lambda problem: problem["code"])
        expected = self.shop.quote(body["items"], body.get("expected_total"))
        assert (response.status_code, like(told, expected)) == (200, expected)

    @stateful.precondition(lambda self: self.visit.kept)
    @rule(pick=picks, is_other=st.booleans())
    def send_again(self, pick, is_other):
        (who, key), (address, body, _content) = picked(self.visit.kept.items(), pick)
        again = {**body, "items": [{"product_id": 1, "quantity": 9}]} if is_other else body
        assert self.visit.post_once(who, address, again, key) is None

    @rule(order=orders, name=people, status=st.sampled_from(sorted(TRANSITIONS)), version=versions)
    def move(self, order, name, status, version):
        self.patch_order(order, self.names[name], status, version)

    @rule(order=orders, name=people, version=versions)
    def cancel(self, order, name, version):
        self.patch_order(order, self.names[name], "cancelled", version)

    @rule(order=orders, pick=picks)
    def move_on(self, order, pick):
        if statuses := TRANSITIONS[order.status]:
            self.patch_order(order, self.names["clerk"], picked(statuses, pick), None)

    @rule(name=mostly_the_clerk, ware=wares, delta=st.integers(-6, 6).filter(bool), key=keys)
    def adjust_stock(self, name, ware, delta, key):
        product = self.product(ware)
        problem = {"code": "stock_out_of_range", "stock": product.stock, "delta": delta}
        refusal = (409, problem) if product.stock + delta < 0 else None
        self.move_stock(self.names[name], product, {"delta": delta}, delta, refusal, key)

    @rule(
        name=mostly_the_clerk,
        ware=wares,
        found=st.integers(0, 50),
        missed=st.sampled_from([0, 0, 1, -1]),
        key=keys,
    )
    def count_stock(self, name, ware, found, missed, key):
        product = self.product(ware)
        seen = max(0, product.stock + missed)
        problem = {"code": "stock_changed", "stock": product.stock, "last_seen": seen}
        refusal = (409, problem) if seen != product.stock else None
        body = {"count": found, "last_seen": seen}
        self.move_stock(self.names[name], product, body, found - product.stock, refusal, key)

    @rule(name=mostly_the_clerk, ware=wares, cents=st.integers(0, 10_000), version=versions)
    def change_price(self, name, ware, cents, version):
        self.patch_product(self.names[name], self.product(ware), "price", Decimal(cents) / 100, version)

    @rule(
        name=mostly_the_clerk,
        ware=wares,
        is_active=st.sampled_from([True, True, True, False]),
        version=versions,
    )
    def put_on_or_off_sale(self, name, ware, is_active, version):
        self.patch_product(self.names[name], self.product(ware), "is_active", is_active, version)

    @stateful.precondition(lambda self: len(self.shop.on_sale()) > 1)
    @rule(ware=wares, version=versions)
    def take_off_sale(self, ware, version):
        product, who = self.product(ware), self.names["clerk"]
        address = address_of(product)
        headers, present = self.visit.if_match(who, address, version)
        response = self.clients[who].delete(address, headers=headers)
        if present:
            assert_outdated(response, present)
            return
        assert response.status_code == 204
        self.shop.change(product, is_active=False)

    @rule(pick=picks)
    def read_what_is_kept(self, pick):
        (who, address), shown = picked(self.visit.pages().items(), pick)
        is_kept = shown is not None and not (is_staff(who) and address.startswith(PRODUCTS))
        self.visit.look(who, address, shown)
        # Twice: what is kept may have come to the end of its time before one of them, but not before both.
        asked = [self.visit.questions_of_a_look(who, address, shown) for _look in range(2)]
        assert (min(asked) == 0) == is_kept

    # --- What holds after each step ----------------------------------------------------------------------

    @stateful.invariant()
    def everybody_sees_the_shop_as_it_is(self):
        pages = list(self.visit.pages().items())
        for place in range(self.looked_at, self.looked_at + LOOKS):
            (who, address), shown = picked(pages, place)
            self.visit.look(who, address, shown)
        self.looked_at += LOOKS

    @stateful.invariant()
    def stock_is_the_sum_of_its_ledger(self):
        products = self.shop.products.values()
        stocks = dict(Product.objects.filter(pk__in=self.shop.products).values_list("pk", "stock"))
        ledgers = defaultdict(list)
        rows = StockMovement.objects.filter(product__in=self.shop.products).order_by("pk")
        for pk, *movement in rows.values_list("product", "kind", "delta", "stock", "order_id"):
            ledgers[pk].append(tuple(movement))
        assert stocks == {product.pk: product.stock for product in products}
        assert ledgers == {product.pk: product.ledger for product in products}
        assert stocks == {pk: sum(row[1] for row in ledger) for pk, ledger in ledgers.items()}
        assert set(stock_differences()) == self.differences_of_others

    @stateful.invariant()
    def total_is_that_of_the_lines_and_history_that_of_the_moves(self):
        placed = Order.objects.filter(user__username__in=self.names.values())
        totals, statuses = {}, {}
        for pk, total, status in placed.values_list("pk", "total_price", "status"):
            totals[pk], statuses[pk] = str(total), status
        sums, histories = defaultdict(Decimal), defaultdict(list)
        for pk, quantity, price in OrderItem.objects.filter(order__in=totals).values_list(
            "order", "quantity", "price"
        ):
            sums[pk] += quantity * price
        changes = StatusChange.objects.filter(order__in=totals).order_by("pk")
        for pk, *change in changes.values_list(
            "order", "from_status", "to_status", "changed_by__username", "comment"
        ):
            histories[pk].append(tuple(change))
        assert totals == {pk: money(total) for pk, total in sums.items()}
        assert totals == {order.pk: money(order.total) for order in self.shop.orders}
        assert histories == {order.pk: order.history for order in self.shop.orders}
        assert statuses == {order.pk: order.status for order in self.shop.orders}

    # --- How it is done ----------------------------------------------------------------------------------

    def product(self, ware):
        return list(self.shop.products.values())[ware]

    def order_body(self, basket, expectation):
        ids = [*self.shop.products, UNKNOWN_ID]
        items = [{"product_id": ids[ware], "quantity": quantity} for ware, quantity in basket]
        if expectation is None:
            return {"items": items}
        total = self.shop.total_of(items)
        if expectation == "before" and self.shop.past_prices:
            total = self.shop.total_of(items, self.shop.past_prices[0])
        if expectation == "never":
            total += Decimal("0.01")
        return {"items": items, "expected_total": money(total)}

    def patch_order(self, order, who, status, version):
        address, comment = address_of(order), f"{status} it is"
        headers, present = self.visit.if_match(who, address, version)
        response = self.clients[who].patch(address, {"status": status, "comment": comment}, headers=headers)
        if order.shown_to(who) is None:
            assert_refused(response, (404, {"code": "not_found"}))
        elif present:
            assert_outdated(response, present)
        elif refusal := self.shop.refusal_of_move(order, who, status):
            assert_refused(response, refusal)
        else:
            self.shop.move(order, who, status, comment)
            self.visit.note(who, address, response)

    def patch_product(self, who, product, field, value, version):
        address = address_of(product)
        headers, present = self.visit.if_match(who, address, version)
        body = {field: money(value) if field == "price" else value}
        response = self.clients[who].patch(address, body, headers=headers)
        if not is_staff(who):
            assert_refused(response, (403, {"code": "permission_denied"}))
        elif present:
            assert_outdated(response, present)
        else:
            self.shop.change(product, **{field: value})
            self.visit.note(who, address, response)

    def move_stock(self, who, product, change, delta, refusal, key):
        address = f"/api/v1/admin{address_of(product).removeprefix('/api/v1')}stock-movements/"
        body = {**change, "reason": "counted"}
        if not is_staff(who):
            assert_refused(self.clients[who].post(address, body), (403, {"code": "permission_denied"}))
            return
        response = self.visit.post_once(who, address, body, key)
        if response is None:
            return
        if refusal:
            assert_refused(response, refusal)
            return
        product.move("adjusted", delta)
        expected = {"delta": delta, "reason": "counted", "stock": product.stock}
        assert (response.status_code, like(response.json(), expected)) == (201, expected)


@pytest.mark.django_db(transaction=True)  # caches are dropped on commit
def test_orders_live_as_the_model_says(make_user, caplog):
    caplog.set_level(logging.ERROR)  # the refusals, thousands of them, are meant
    stateful.run_state_machine_as_test(lambda: OrderLives(make_user), settings=lives(few=5, steps=20))
