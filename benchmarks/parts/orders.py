"""Placing orders, against a view by hand with the same statements, and against the database alone."""

import json
import re
import secrets
import subprocess
from collections.abc import Callable
from statistics import median
from time import perf_counter

from benchmarks.checkout_seeding import COUPONS, fill_checkout
from benchmarks.figures import Figure, ratio
from benchmarks.load import CONNECTIONS, SECONDS, wrk
from benchmarks.reference import order_sql
from benchmarks.rounds import take_turns
from benchmarks.seeding import FIRST_CUSTOMER, Shop, fill
from benchmarks.stage import Stage, Web

SHOP = Shop(products=2_000, orders=1_000)
ORDERS = "/api/v1/orders/"
BUYERS, PGBENCH_CLIENTS = 64, 8
LONG, SHORT, TIMES = 1_103, 2, 10  # the longest basket of a real shop
# What a full order has beside its lines; the coupon is another one each time.
FULL = {
    "delivery": {"method": "courier"},
    "shipping_address": {
        "name": "Анна Смирнова",
        "phone": "8 912 345-67-89",
        "country": "RU",
        "city": "Москва",
        "postal_code": "101000",
        "line1": "Мясницкая, 1",
    },
    "payment_method": "manual",
    "customer_note": "После шести",
    "coupon": "FULL{coupon}",
}


def measure(stage: Stage) -> list[Figure]:
    """Return what placing orders reaches."""
    with stage.connect() as database:
        fill(database, SHOP)
        fill_checkout(database)
    with stage.web() as store, stage.reference() as reference:
        token = store.log_in("customer1")
        return [
            _by_hand(stage, store, reference, token),
            _full(stage, store, token),
            _one_product(stage, store, token),
            _time_of_a_line(store, token),
        ]


def _by_hand(stage: Stage, store: Web, reference: Web, token: str) -> Figure:
    series = take_turns(
        {
            "store": _placing(stage, f"{store.url}{ORDERS}", token, LINES="2"),
            "by hand": _placing(stage, f"{reference.url}/orders", token, LINES="2"),
        }
    )
    return ratio("orders of 2 lines: against the same by hand", series, "store", "by hand", at_least=0.5)


def _full(stage: Stage, store: Web, token: str) -> Figure:
    """Compare orders with delivery, address, tax and a coupon of a limit with those that have lines alone."""
    address = f"{store.url}{ORDERS}"
    more = json.dumps(FULL, ensure_ascii=False)[1:-1]
    series = take_turns(
        {
            "full": _placing(stage, address, token, LINES="2", MORE=more, COUPONS=str(COUPONS)),
            "lines alone": _placing(stage, address, token, LINES="2"),
        }
    )
    return ratio(
        "full orders of 2 lines: against those of lines alone", series, "full", "lines alone", at_least=0.75
    )


def _one_product(stage: Stage, store: Web, token: str) -> Figure:
    placing = _placing(stage, f"{store.url}{ORDERS}", token, connections=BUYERS, LINES="1", ONLY="7")
    series = take_turns({"store": placing, "pgbench": lambda: _pgbench(stage)})
    name = f"{BUYERS} buyers of one product: against pgbench on one row"
    return ratio(name, series, "store", "pgbench", at_least=0.3)


def _time_of_a_line(store: Web, token: str) -> Figure:
    def seconds(lines: int) -> float:
        items = [{"product_id": number, "quantity": 1} for number in range(1, lines + 1)]
        began = perf_counter()
        store.post(ORDERS, {"items": items}, token)
        return (perf_counter() - began) / lines

    series = take_turns({"long": lambda: seconds(LONG), "short": lambda: seconds(SHORT)}, rounds=TIMES)
    note = (
        f"{median(series.rounds['long']) * LONG:.2f} s against {median(series.rounds['short']) * SHORT:.3f} s"
    )
    return Figure(
        f"time per line, {LONG} lines against {SHORT}",
        series.ratio("long", "short"),
        at_most=1 / 20,
        note=note,
        rounds=series.rounds,
    )


def _placing(
    stage: Stage, url: str, token: str, *, connections: int = CONNECTIONS, **variables: str
) -> Callable[[], float]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def rate() -> float:
        stage.take_messages()
        given = variables | {"PRODUCTS": str(SHOP.products), "SEED": str(secrets.randbits(20))}
        load = wrk(url, headers=headers, script="order.lua", connections=connections, variables=given)
        return load.per_second

    return rate


def _pgbench(stage: Stage) -> float:
    """Return how many orders of one product a second the database places by itself."""
    values = {
        "session": "gen_random_uuid()",
        "user": str(FIRST_CUSTOMER + 1),
        "first": "7",
        "second": "8",
        "first_stock": "1000",
        "second_stock": "1000",
        "total": "50",
        "order": ":order",
    }
    after = [f"{statement % values};" for statement in order_sql.AFTER_THE_ORDER]
    script = [order_sql.USER % values + ";", "BEGIN;", order_sql.LOCK % values + ";"]
    script += [(order_sql.ORDER % values).replace("RETURNING id", 'RETURNING id AS "order"') + " \\gset"]
    path = stage.folder / "order.sql"
    path.write_text("\n".join([*script, *after, "COMMIT;"]))
    options = f"-n -c {PGBENCH_CLIENTS} -j 2 -T {SECONDS} -f {path}".split()
    done = subprocess.run(
        ["pgbench", *options, stage.postgres.url], capture_output=True, text=True, check=True
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1])
