"""Payments through the emulator: from the order to paid, and placing orders beside a provider that hangs."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from statistics import median, quantiles
from threading import Event
from time import perf_counter
from typing import Any

from benchmarks.figures import Figure
from benchmarks.parts.jobs import VARIABLES, WORKER
from benchmarks.seeding import Shop, fill
from benchmarks.stage import Stage, Web, wait_until
from tests.support.servers import guarded_port

SHOP = Shop(products=2_000, orders=1_000)
BUYERS, JOURNEYS = 2, 100
PLACED, TURNS = 150, 5  # orders placed in a turn beside a provider that hangs, and without
PAYERS = 12  # who begin payments all the while
POLL_SECONDS = 0.02
IMPATIENCE_SECONDS = 1.0  # until a payer tries again; `Retry-After` asks for 2 to 30
HANGS_SECONDS = 30
METHOD = {
    "code": "online",
    "name_ru": "Картой онлайн",
    "provider": "emulator",
    "terms": "prepaid",
    "expire_minutes": 30,
    "moves_to_processing": True,
}


def measure(stage: Stage) -> list[Figure]:
    """Return the milliseconds from an order to its being paid, and what a hanging provider costs others."""
    with stage.connect() as database:
        fill(database, SHOP)
    guard, port = guarded_port()
    emulator = Emulator(f"http://127.0.0.1:{port}")
    stage.environment |= {
        "PAYMENT_PROVIDERS": "manual,emulator",
        "PAYMENT_EMULATOR_URL": emulator.url,
        "PAYMENT_EMULATOR_SECRET": "s" * 60,
        "THROTTLE_PAYMENT": "",
    }
    make = f"from apps.orders.models import PaymentMethod; PaymentMethod.objects.create(**{METHOD!r})"
    stage.manage("shell", "--no-imports", "-c", make)
    with (
        guard,
        stage.web() as store,
        stage.process("manage.py", "payment_emulator", "--port", str(port), STORE_URL=store.url),
        stage.process(*WORKER.split(), **VARIABLES, STORE_URL=store.url),
    ):
        wait_until(emulator.is_up)
        token = store.log_in("customer1")
        return [_to_paid(store, emulator, token), _beside_one_that_hangs(store, emulator, token)]


class Emulator:
    """The payment emulator, as customers use it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def is_up(self) -> bool:
        """Tell whether it answers."""
        try:
            self.call("payments")
        except OSError:
            return False
        return True

    def call(self, path: str, body: Any = None) -> dict[str, Any]:
        """Return the answer. Raises OSError."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/{path}", data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=2 * HANGS_SECONDS) as answer:
            content: dict[str, Any] = json.loads(answer.read())
        return content

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Have every call answered after half a minute."""
        self.call("faults", {"faults": ["slow"], "rate": 1.0})
        try:
            yield
        finally:
            self.call("faults", {"faults": []})


def _to_paid(store: Web, emulator: Emulator, token: str) -> Figure:
    def journey(number: int) -> float:
        began = perf_counter()
        order = _placed(store, token, number)
        payments = f"/api/v1/orders/{order}/payments/"
        payment = _answer(store.post(payments, {"method": "online"}, token))
        path = f"{payments}{payment['id']}/"
        while payment["next_action"] is None:  # 202: too many wait for the provider, and a job begins it
            time.sleep(POLL_SECONDS)
            payment = _answer(store.get(path, token))
        emulator.call(f"payments/{payment['next_action']['url'].rpartition('/')[2]}/pay", {})
        while _answer(store.get(path, token))["status"] != "paid":
            time.sleep(POLL_SECONDS)
        return 1_000 * (perf_counter() - began)

    for number in range(3):  # to warm up
        journey(number)
    with ThreadPoolExecutor(BUYERS) as pool:
        times = list(pool.map(journey, range(JOURNEYS)))
    note = f"{JOURNEYS} orders by {BUYERS} customers at a time; median {median(times):.0f} ms"
    value = quantiles(times, n=100, method="inclusive")[98]
    return Figure("from the order to paid, p99", value, "ms", at_most=5_000, note=note)


def _beside_one_that_hangs(store: Web, emulator: Emulator, token: str) -> Figure:
    rounds: dict[str, list[float]] = {"hangs": [], "answers": []}
    for _turn in range(TURNS):
        rounds["answers"].append(_p99_of_placing(store, token))
        with emulator.hanging(), _payers(store, token):
            rounds["hangs"].append(_p99_of_placing(store, token))
    return Figure(
        f"placing an order beside a provider that answers after {HANGS_SECONDS} s, p99 against without",
        median(rounds["hangs"]) / median(rounds["answers"]),
        at_most=2,
        note=f"{median(rounds['hangs']):.0f} against {median(rounds['answers']):.0f} ms",
        rounds=rounds,
    )


def _p99_of_placing(store: Web, token: str) -> float:
    times = []
    for number in range(PLACED):
        began = perf_counter()
        _placed(store, token, number, method="")
        times.append(1_000 * (perf_counter() - began))
    return quantiles(times, n=100, method="inclusive")[98]


@contextmanager
def _payers(store: Web, token: str) -> Iterator[None]:
    """Have impatient customers begin payments meanwhile, one after the other."""
    orders = [_placed(store, token, number) for number in range(PAYERS)]
    over = Event()

    def pay(order: int) -> None:
        while not over.is_set():
            with suppress(urllib.error.HTTPError):  # 503: it is known by now that the provider hangs
                store.post(f"/api/v1/orders/{order}/payments/", {"method": "online"}, token)
            over.wait(IMPATIENCE_SECONDS)

    with ThreadPoolExecutor(PAYERS) as pool:
        for order in orders:
            pool.submit(pay, order)
        try:
            yield
        finally:
            over.set()


def _placed(store: Web, token: str, number: int, *, method: str = "online") -> int:
    items = [{"product_id": 1 + number % SHOP.products, "quantity": 1}]
    body = {"items": items, "payment_method": method} if method else {"items": items}
    return int(_answer(store.post("/api/v1/orders/", body, token))["id"])


def _answer(answered: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(answered.body)
    return content
