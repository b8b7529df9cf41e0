"""A server that speaks the part of Stripe's protocol that the store uses, as its documentation describes it.

It keeps what it answered for each idempotency key, faults included, as Stripe does. What customers do on
Stripe's page, and people in its dashboard, are methods here.
"""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

KEY = "sk_test_store"
HALF_AN_HOUR, A_DAY = 30 * 60, 24 * 60 * 60
MINIMUM = 50  # hundredths

Json = dict[str, Any]
Form = dict[str, str]


class Refused(Exception):
    """An answer that is an error of Stripe."""

    def __init__(self, status: int, kind: str, code: str = "") -> None:
        super().__init__(kind)
        self.answer = status, {"error": {"type": kind, "code": code or None, "message": "…"}}


def refuse_unless(condition: object, code: str, status: int = 400) -> None:
    if not condition:
        raise Refused(status, "invalid_request_error", code)


class FakeStripe:
    """An account at Stripe. `faults` are taken by the next calls that create or change something.

    `broken` carries nothing out and answers 500, `half` carries it out and answers 500, `lost` carries it out
    and hangs up, `busy` answers 429, `conflict` 409; the first two are remembered for the key.
    """

    def __init__(self) -> None:
        self.sessions: dict[str, Json] = {}
        self.intents: dict[str, Json] = {}
        self.charges: dict[str, Json] = {}
        self.refunds: dict[str, Json] = {}
        self.remembered: dict[str, tuple[str, Form, tuple[int, Json]]] = {}
        self.calls: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self.versions: set[str] = set()
        self.faults: list[str] = []
        self.is_away = False
        self.refund_status = "succeeded"
        self.lock = threading.RLock()
        self._number = 0

    # What customers do on the page, and time.

    def pay(self, session_id: str, *, amount: int | None = None) -> None:
        """Pay the session by card."""
        intent = self._submit(session_id, "succeeded")
        intent["amount_received"] = intent["amount"] if amount is None else amount
        self._charge(intent)

    def decline(self, session_id: str, code: str = "insufficient_funds") -> None:
        """Have the bank decline the card: the page stays open for another."""
        intent = self._submit(session_id, "requires_payment_method", is_complete=False)
        intent["last_payment_error"] = {"type": "card_error", "code": "card_declined", "decline_code": code}

    def debit(self, session_id: str) -> None:
        """Pay by a method whose money comes in some days."""
        self._submit(session_id, "processing")

    def authorise(self, session_id: str) -> None:
        """Have the money authorised only, as an account may be set up to."""
        self._charge(self._submit(session_id, "requires_capture"))

    def debit_comes(self, session_id: str) -> None:
        intent = self.intents[self.sessions[session_id]["payment_intent"]]
        intent.update(status="succeeded", amount_received=intent["amount"])
        self._charge(intent)

    def debit_fails(self, session_id: str) -> None:
        intent = self.intents[self.sessions[session_id]["payment_intent"]]
        intent.update(
            status="requires_payment_method",
            last_payment_error={
                "type": "invalid_request_error",
                "code": "payment_method_customer_decline",
            },
        )

    def expire(self, session_id: str) -> Json:
        session = self.sessions[session_id]
        refuse_unless(session["status"] == "open", "")
        session.update(status="expired", url=None)
        if intent := self.intents.get(session["payment_intent"] or ""):
            intent["status"] = "canceled"
        return session

    # What people do in the dashboard, and banks.

    def refund(self, intent_id: str, amount: int | None = None, **metadata: str) -> Json:
        charge = self.charges[self.intents[intent_id]["latest_charge"]]
        left = charge["amount_captured"] - charge["amount_refunded"]
        amount = left if amount is None else amount
        refuse_unless(left, "charge_already_refunded")
        refuse_unless(0 < amount <= left, "")
        charge["amount_refunded"] += amount
        refund = {
            "id": self._id("re"),
            "object": "refund",
            "amount": amount,
            "charge": charge["id"],
            "currency": charge["currency"],
            "metadata": metadata,
            "payment_intent": intent_id,
            "status": self.refund_status,
        }
        self.refunds[refund["id"]] = refund
        return refund

    def fail_refund(self, refund_id: str, reason: str = "expired_or_canceled_card") -> None:
        refund = self.refunds[refund_id]
        self.charges[refund["charge"]]["amount_refunded"] -= refund["amount"]
        refund.update(status="failed", failure_reason=reason)

    # The protocol.

    def answer(self, method: str, path: str, form: Form, headers: Any) -> tuple[int, Json] | None:
        """Return the status and what it answers; None when it hangs up."""
        with self.lock:
            self.calls.append((method, path))
            self.forms.append(form)
            self.versions.add(headers.get("Stripe-Version", ""))
            if self.is_away:
                return 503, {"error": {"type": "api_error"}}
            if headers.get("Authorization") != f"Bearer {KEY}":
                return 401, {"error": {"type": "invalid_request_error"}}
            if method == "GET":
                return self._reply(lambda: self._read(path, form))
            return self._once(path, form, headers.get("Idempotency-Key"))

    def _once(self, path: str, form: Form, key: str | None) -> tuple[int, Json] | None:
        if key in self.remembered:
            known_path, known_form, answer = self.remembered[key]
            if (known_path, known_form) != (path, form):
                return 400, {"error": {"type": "idempotency_error"}}
            return answer
        fault = self.faults.pop(0) if self.faults else ""
        if fault in ("busy", "conflict"):
            return (429 if fault == "busy" else 409), {"error": {"type": "invalid_request_error"}}
        broken = 500, {"error": {"type": "api_error"}}
        answer = broken if fault == "broken" else self._reply(lambda: self._write(path, form))
        if answer[0] == 400:  # what is not valid is not remembered
            return answer
        if fault == "half":
            answer = broken
        if key:
            # As it is now: a repetition tells the old story.
            self.remembered[key] = path, form, json.loads(json.dumps(answer))
        return None if fault == "lost" else answer

    def _reply(self, work: Callable[[], Json]) -> tuple[int, Json]:
        try:
            return 200, work()
        except Refused as refused:
            return refused.answer

    def _write(self, path: str, form: Form) -> Json:
        if path == "/v1/checkout/sessions":
            return self._shown(self._new_session(form), form)
        if path == "/v1/refunds":
            refuse_unless(form["payment_intent"] in self.intents, "resource_missing")
            metadata = {name: form[f"metadata[{name}]"] for name in ("uid", "payment_uid")}
            return self.refund(form["payment_intent"], int(form["amount"]), **metadata)
        session_id, _, action = path.removeprefix("/v1/checkout/sessions/").partition("/")
        refuse_unless(session_id in self.sessions and action == "expire", "resource_missing", 404)
        return self.expire(session_id)

    def _read(self, path: str, form: Form) -> Json:
        *_, collection, number = ["", *path.removeprefix("/v1/").split("/")]
        if number == "sessions":
            after = int(form.get("created[gte]", 0))
            found = [each for each in self.sessions.values() if each["created"] >= after]
            return self._page([self._shown(each, form) for each in found], form)
        if number == "refunds":
            intent = form["payment_intent"]
            return self._page(
                [each for each in self.refunds.values() if each["payment_intent"] == intent], form
            )
        things = self.refunds if collection == "refunds" else self.sessions
        refuse_unless(number in things, "resource_missing", 404)
        return things[number] if collection == "refunds" else self._shown(things[number], form)

    def _page(self, things: list[Json], form: Form) -> Json:
        newest_first = things[::-1]
        if after := form.get("starting_after"):
            newest_first = newest_first[[each["id"] for each in newest_first].index(after) + 1 :]
        limit = int(form.get("limit", 10))
        return {"object": "list", "data": newest_first[:limit], "has_more": len(newest_first) > limit}

    def _new_session(self, form: Form) -> Json:
        now = int(time.time())
        amount = int(form["line_items[0][price_data][unit_amount]"]) * int(form["line_items[0][quantity]"])
        refuse_unless(amount >= MINIMUM, "amount_too_small")
        ends = int(form.get("expires_at", now + A_DAY))
        refuse_unless(now + HALF_AN_HOUR <= ends <= now + A_DAY, "")
        refuse_unless(form["success_url"].startswith(("https://", "http://")), "url_invalid")
        number = self._id("cs_test")
        self.sessions[number] = {
            "id": number,
            "object": "checkout.session",
            "amount_total": amount,
            "client_reference_id": form["client_reference_id"],
            "created": now,
            "currency": form["line_items[0][price_data][currency]"],
            "customer_details": None,
            "expires_at": ends,
            "livemode": False,
            "metadata": _members(form, "metadata"),
            "mode": form["mode"],
            "payment_intent": None,  # made when the customer submits the page
            "payment_status": "unpaid",
            "status": "open",
            "url": f"https://checkout.stripe.com/c/pay/{number}",
            "_intent_metadata": _members(form, "payment_intent_data[metadata]"),
        }
        return self.sessions[number]

    def _submit(self, session_id: str, status: str, *, is_complete: bool = True) -> Json:
        session = self.sessions[session_id]
        assert session["status"] == "open", "the page is closed"
        number = session["payment_intent"] = session["payment_intent"] or self._id("pi")
        if is_complete:
            paid = "paid" if status == "succeeded" else "unpaid"
            session.update(status="complete", payment_status=paid, url=None)
        intent = self.intents.setdefault(
            number, {"id": number, "object": "payment_intent", "latest_charge": None}
        )
        intent.update(
            amount=session["amount_total"],
            amount_received=0,
            currency=session["currency"],
            last_payment_error=None,
            metadata=session["_intent_metadata"],
            status=status,
        )
        return intent

    def _charge(self, intent: Json) -> None:
        number = intent["latest_charge"] = self._id("ch")
        self.charges[number] = {
            "id": number,
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": intent["amount_received"],
            "amount_refunded": 0,
            "currency": intent["currency"],
            "metadata": intent["metadata"],
            "payment_intent": intent["id"],
            "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
        }

    def _shown(self, session: Json, form: Form) -> Json:
        shown = {name: value for name, value in session.items() if not name.startswith("_")}
        is_expanded = form.get("expand[]", "").endswith("payment_intent.latest_charge")
        if is_expanded and (intent := self.intents.get(session["payment_intent"] or "")):
            charge = self.charges.get(intent["latest_charge"] or "")
            shown["payment_intent"] = {**intent, "latest_charge": charge}
        return shown

    def _id(self, prefix: str) -> str:
        self._number += 1
        return f"{prefix}_{self._number}"


def _members(form: Form, name: str) -> Form:
    prefix = f"{name}["
    return {key[len(prefix) : -1]: value for key, value in form.items() if key.startswith(prefix)}
