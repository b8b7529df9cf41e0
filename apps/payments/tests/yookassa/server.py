"""A server that speaks YooKassa's protocol as it is documented: payments, refunds, receipts, keys, errors."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

SHOP, KEY = "100500", "test_secret"
Json = dict[str, Any]
Answer = tuple[int, Json]


class YooKassaServer(ThreadingHTTPServer):
    """YooKassa. `faults` are what goes wrong with the next calls: a status, `slow`, `lose` or `garbage`.

    `calls` are the calls that it got, `bodies` the content of those that changed something.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.objects: dict[str, dict[str, Json]] = {"payments": {}, "refunds": {}, "receipts": {}}
        self.calls: list[str] = []
        self.bodies: list[tuple[str, Json]] = []
        self.faults: list[str] = []
        self.page_size = 100
        self.receipt_state, self.refund_state = "succeeded", "succeeded"
        self.refuses: dict[str, str] = {}  # codes of refusals by what is refused
        self._answers: dict[tuple[str, str], tuple[Json, str]] = {}
        self._lock = threading.Lock()

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        server = cls()
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
            server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v3"

    def answer(self, method: str, path: str, parameters: dict[str, str], key: str, body: Json) -> Answer:
        with self._lock:
            self.calls.append(f"{method} {path}")
            kind, _, number = path.partition("/")
            if kind not in self.objects:
                return _error(404, "not_found")
            if method == "POST" and not number:
                return self._posted(kind, key, body)
            if number:
                found = self.objects[kind].get(number)
                return (200, found) if found else _error(404, "not_found")
            return self._listed(kind, parameters)

    def pay(self, number: str, **changes: Any) -> Json:
        """Have the customer pay by card."""
        method = {"type": "bank_card", "card": {"card_type": "Mir", "last4": "4477", "first6": "220138"}}
        payment = self.objects["payments"][number]
        payment |= {"status": "succeeded", "paid": True, "payment_method": method}
        payment.pop("confirmation", None)
        if "receipt_registration" in payment:
            payment["receipt_registration"] = self.receipt_state
        payment |= changes
        return payment

    def end(self, number: str, reason: str, *, party: str = "yoo_money") -> Json:
        payment = self.objects["payments"][number]
        payment.pop("confirmation", None)
        payment |= {"status": "canceled", "cancellation_details": {"party": party, "reason": reason}}
        return payment

    def give_back(self, payment: str, amount: str) -> Json:
        """Refund in YooKassa's own pages."""
        return self._refund({"payment_id": payment, "amount": {"value": amount, "currency": "RUB"}})[1]

    def _posted(self, kind: str, key: str, body: Json) -> Answer:
        if not key:
            return _error(400, "invalid_request", "Idempotence-Key")
        if (kind, key) in self._answers:
            former, number = self._answers[kind, key]
            if former != body:
                return _error(400, "invalid_request", "Idempotence-Key")
            return 200, self.objects[kind][number]
        if kind in self.refuses:
            return _error(400, self.refuses[kind])
        makers: dict[str, Callable[[Json], Answer]] = {
            "payments": self._payment,
            "refunds": self._refund,
            "receipts": self._receipt,
        }
        status, made = makers[kind](body)
        if status == 200:
            self._answers[kind, key] = body, made["id"]
            self.bodies.append((kind, body))
        return status, made

    def _payment(self, body: Json) -> Answer:
        if wrong := _wrong_receipt(body.get("receipt"), Decimal(body["amount"]["value"])):
            return _error(400, "invalid_request", wrong)
        made = self._new("payments", body, "pending", ("amount", "description", "metadata"))
        confirmation = {"type": "redirect", "confirmation_url": f"https://yoomoney.ru/pay?id={made['id']}"}
        made |= {"confirmation": confirmation, "paid": False, "test": True}
        if body.get("receipt"):
            made["receipt_registration"] = "pending"
        return 200, made

    def _refund(self, body: Json) -> Answer:
        payment, amount = self.objects["payments"][body["payment_id"]], Decimal(body["amount"]["value"])
        before = Decimal(payment.get("refunded_amount", {"value": "0"})["value"])
        if payment["status"] != "succeeded" or before + amount > Decimal(payment["amount"]["value"]):
            return _error(400, "invalid_request", "amount")
        is_part = amount < Decimal(payment["amount"]["value"])
        if is_part and "receipt_registration" in payment and "metadata" in body and "receipt" not in body:
            return _error(400, "invalid_request", "receipt")
        if wrong := _wrong_receipt(body.get("receipt"), amount):
            return _error(400, "invalid_request", wrong)
        made = self._new("refunds", body, self.refund_state, ("amount", "payment_id", "metadata"))
        if self.refund_state == "succeeded":
            payment["refunded_amount"] = {"value": str(before + amount), "currency": "RUB"}
        if "receipt_registration" in payment:
            made["receipt_registration"] = self.receipt_state
        return 200, made

    def _receipt(self, body: Json) -> Answer:
        settled = sum(Decimal(each["amount"]["value"]) for each in body["settlements"])
        if wrong := _wrong_receipt(body, settled):
            return _error(400, "invalid_request", wrong)
        return 200, self._new("receipts", body, self.receipt_state, ("type", "payment_id", "items"))

    def _new(self, kind: str, body: Json, status: str, kept: tuple[str, ...]) -> Json:
        number = f"{kind}-{len(self.objects[kind]) + 1:04}"
        created = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        made = {"id": number, "status": status, "created_at": created}
        self.objects[kind][number] = made | {name: body[name] for name in kept if name in body}
        return self.objects[kind][number]

    def _listed(self, kind: str, parameters: dict[str, str]) -> Answer:
        found = list(reversed(self.objects[kind].values()))
        if since := parameters.get("created_at.gte"):
            found = [each for each in found if each["created_at"] >= since]
        if payment := parameters.get("payment_id"):
            found = [each for each in found if each["payment_id"] == payment]
        start, size = int(parameters.get("cursor", 0)), min(int(parameters["limit"]), self.page_size)
        page: Json = {"type": "list", "items": found[start : start + size]}
        if len(found) > start + size:
            page["next_cursor"] = str(start + size)
        return 200, page


class _Call(BaseHTTPRequestHandler):
    server: YooKassaServer

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def _answer(self, method: str) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        fault = self.server.faults.pop(0) if self.server.faults else ""
        if fault.isdigit():
            self._send(int(fault), _error(int(fault), "internal_server_error")[1])
            return
        address = urlsplit(self.path)
        if self.headers["Authorization"] != _basic(SHOP, KEY):
            self._send(*_error(401, "invalid_credentials"))
            return
        path = address.path.removeprefix("/v3/")
        key = self.headers.get("Idempotence-Key", "")
        status, content = self.server.answer(method, path, dict(parse_qsl(address.query)), key, body)
        if fault == "slow":
            time.sleep(0.5)
        if fault == "lose":
            self.close_connection = True
            return
        if fault == "blocked":  # by a firewall in between
            status = 404
        self._send(status, {"weather": "fine"} if fault in {"garbage", "blocked"} else content)

    def _send(self, status: int, content: Json) -> None:
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        with suppress(ConnectionError):  # who waits no longer
            self.wfile.write(text)


def notification(event: str, about: Json) -> bytes:
    """Return the body of a notification."""
    return json.dumps({"type": "notification", "event": event, "object": about}).encode()


def minutes_ago(minutes: int) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


def _wrong_receipt(receipt: Json | None, amount: Decimal) -> str:
    """Return which member of the receipt the documentation forbids, if any."""
    if receipt is None:
        return ""
    items = receipt["items"]
    if not receipt["customer"].get("email"):
        return "receipt.customer"
    if not 1 <= len(items) <= 100 or any(not 1 <= len(item["description"]) <= 128 for item in items):
        return "receipt.items"
    if any(item["vat_code"] not in range(1, 13) or Decimal(item["amount"]["value"]) <= 0 for item in items):
        return "receipt.items"
    total = sum(Decimal(item["amount"]["value"]) * item["quantity"] for item in items)
    return "" if total == amount else "receipt.items.amount"


def _basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def _error(status: int, code: str, parameter: str = "") -> Answer:
    error = {"type": "error", "id": "ab5a11cd", "code": code, "description": "Something is wrong"}
    return status, error | ({"parameter": parameter} if parameter else {})
