"""Addresses of the emulated provider: its API under /v1/, its page, and what tests and developers call."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from apps.payments.payment_emulator.bank import Bank, Work
from apps.payments.payment_emulator.faults import Faults
from apps.payments.payment_emulator.pages import CHOICES, PAYABLE, page_of
from apps.payments.payment_emulator.wanted import Content, Refused, content_of

API, PAGES = "/v1/", "/pay/"


@dataclass(frozen=True)
class Request:
    """A call: of an object's id, where the address has one."""

    bank: Bank
    faults: Faults
    object_id: str
    query: Mapping[str, str]
    headers: Mapping[str, str]  # by their names in small letters
    body: bytes

    @property
    def content(self) -> Content:
        """Return what the body says. Raises Refused when it is no object of JSON."""
        return content_of(self.body)


@dataclass(frozen=True)
class Answer:
    """What is answered; `location` leads elsewhere."""

    status: int
    body: str
    content_type: str = "application/json"
    location: str = ""


Action = Callable[[Request], Answer]


def route(method: str, path: str) -> tuple[Action, str] | None:
    """Return what is done at the address, and the id in it; None where there is nothing."""
    for route_method, pattern, action in ROUTES:
        if method == route_method and (match := re.fullmatch(pattern, path)):
            return action, match[1] if match.groups() else ""
    return None


def error(status: int, code: str) -> Answer:
    """Return a refusal."""
    return Answer(status, json.dumps({"error": code}))


def _shown(content: Any) -> Answer:
    return Answer(200, json.dumps(content))


def _once(request: Request, work: Work) -> Answer:
    key = request.headers.get("idempotency-key", "")
    return Answer(*request.bank.once(key, work, request.content))


def _refunds_of_payment(request: Request) -> Answer:
    payment = request.bank.payment(request.query.get("payment", ""))
    return _shown({"refunds": request.bank.refunds(payment["id"])})


def _set_faults(request: Request) -> Answer:
    content = request.content
    names, rate = content.get("faults", []), content.get("rate", 1)
    try:
        request.faults.set([str(name) for name in names], float(rate))
    except (TypeError, ValueError):
        raise Refused(400, "invalid_faults") from None
    return _shown({"faults": request.faults.names, "rate": request.faults.rate})


def _page(request: Request) -> Answer:
    language = request.headers.get("accept-language", "")
    try:
        status, payment = 200, request.bank.payment(request.object_id)
    except Refused as refused:
        status, payment = refused.status, None
    return Answer(status, page_of(payment, language), "text/html; charset=utf-8")


def _choose(request: Request) -> Answer:
    """Do what the customer has chosen on the page, and lead back to the shop, or to the page."""
    choice = parse_qs(request.body.decode(errors="replace")).get("choice", [""])[0]
    bank, payment_id = request.bank, request.object_id
    try:
        if bank.payment(payment_id)["status"] not in PAYABLE or choice not in CHOICES:
            return _page(request)
        payment = bank.pay(payment_id, {}) if choice == "pay" else bank.decline(payment_id)
    except Refused:  # there is none, or it was over just now: the page tells
        return _page(request)
    return Answer(303, "", location=payment["return_url"] or payment["url"])


ID = "([A-Za-z0-9_-]+)"
ROUTES: tuple[tuple[str, str, Action], ...] = (
    ("POST", "/v1/payments", lambda call: _once(call, call.bank.create)),
    (
        "GET",
        "/v1/payments",
        lambda call: _shown(
            call.bank.payments_since(call.query.get("since", ""), call.query.get("after", ""))
        ),
    ),
    ("GET", f"/v1/payments/{ID}", lambda call: _shown(call.bank.payment(call.object_id))),
    ("POST", f"/v1/payments/{ID}/cancel", lambda call: _shown(call.bank.cancel(call.object_id))),
    ("POST", "/v1/refunds", lambda call: _once(call, call.bank.refund)),
    ("GET", "/v1/refunds", _refunds_of_payment),
    ("GET", f"/v1/refunds/{ID}", lambda call: _shown(call.bank.refund_with(call.object_id))),
    ("GET", f"/pay/{ID}", _page),
    ("POST", f"/pay/{ID}", _choose),
    ("GET", "/payments", lambda call: _shown({"payments": call.bank.payments()})),
    ("GET", f"/payments/{ID}", lambda call: _shown(call.bank.payment(call.object_id))),
    ("GET", "/refunds", lambda call: _shown({"refunds": call.bank.refunds()})),
    ("POST", f"/payments/{ID}/pay", lambda call: _shown(call.bank.pay(call.object_id, call.content))),
    ("POST", f"/payments/{ID}/decline", lambda call: _shown(call.bank.decline(call.object_id))),
    ("POST", f"/payments/{ID}/expire", lambda call: _shown(call.bank.expire(call.object_id))),
    (
        "POST",
        f"/payments/{ID}/refund",
        lambda call: _shown(call.bank.refund_by_hand(call.object_id, call.content)),
    ),
    ("POST", "/faults", _set_faults),
)
