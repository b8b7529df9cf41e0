"""The payment emulator for tests, with a store that takes its callbacks down."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

from apps.payments.payment_emulator import PaymentEmulator

SECRET = "whsec_" + "c2VjcmV0" * 6
PATIENCE = 5
WANTED = {
    "amount": "1430.00",
    "currency": "RUB",
    "description": "Order #42",
    "return_url": "https://shop.example/orders/42",
    "metadata": {"order_id": 42, "uid": "8c0e44a8-6c0f-4b8b-9b1a-2f4a1f6f4f10"},
}


@dataclass(frozen=True)
class Callback:
    """A callback as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


class CallbackTaker(ThreadingHTTPServer):
    """A store that takes callbacks down, and answers each with the next of `statuses`, then with 200."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taken)
        self.taken: list[Callback] = []
        self.statuses: list[int] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Taken(BaseHTTPRequestHandler):
    server: CallbackTaker

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.taken.append(Callback(self.path, headers, body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@contextmanager
def callback_taker() -> Iterator[CallbackTaker]:
    """Run such a store."""
    taker = CallbackTaker()
    threading.Thread(target=taker.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield taker
    finally:
        taker.shutdown()
        taker.server_close()


@contextmanager
def payment_emulator(
    folder: Path, store_url: str = "http://127.0.0.1:9", **options
) -> Iterator[PaymentEmulator]:
    """Run the emulator in this process; nobody takes its callbacks, unless a store is named."""
    emulator = PaymentEmulator(folder=folder, store_url=store_url, secret=SECRET, **options)
    emulator.callbacks.pauses = (0.05,) * 3
    # Asks often whether it is to stop: tests do not wait for that.
    threading.Thread(target=emulator.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield emulator
    finally:
        emulator.stop()


def created(emulator: PaymentEmulator | str, key: str = "key-1", **changes) -> requests.Response:
    """Have a payment begun, as the store does."""
    return post(emulator, "/v1/payments", WANTED | changes, key=key)


def refunded(
    emulator: PaymentEmulator | str, payment: str, amount: str, key: str = "refund-1"
) -> requests.Response:
    """Have money given back, as the store does."""
    wanted = {"payment": payment, "amount": amount, "currency": "RUB", "metadata": {"uid": "r-1"}}
    return post(emulator, "/v1/refunds", wanted, key=key)


def post(
    emulator: PaymentEmulator | str, path: str, content: object = None, key: str = ""
) -> requests.Response:
    """Call the emulator."""
    headers = {"Idempotency-Key": key} if key else {}
    return requests.post(address(emulator, path), json=content, headers=headers, timeout=PATIENCE)


def get(emulator: PaymentEmulator | str, path: str) -> dict:
    """Return what the emulator answers, which has to be 200."""
    answer = requests.get(address(emulator, path), timeout=PATIENCE)
    assert answer.status_code == 200, answer.text
    return answer.json()


def address(emulator: PaymentEmulator | str, path: str) -> str:
    """Return the address at the emulator, which may be a process of its own."""
    return (emulator if isinstance(emulator, str) else emulator.url) + path
