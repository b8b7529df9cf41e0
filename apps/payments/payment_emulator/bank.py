"""Payments and refunds of the emulated provider: each change is one transaction, with its callbacks."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from apps.core.money import CENT, ZERO
from apps.payments.payment_emulator.callbacks import CallbackQueue
from apps.payments.payment_emulator.database import Database
from apps.payments.payment_emulator.faults import Faults
from apps.payments.payment_emulator.wanted import (
    Content,
    Refused,
    amount_of,
    as_text,
    currency_of,
    metadata_of,
    moment_of,
    return_url_of,
    text_of,
)

PAGE_SIZE = 100
WAITING, PAID, FAILED, CANCELLED, EXPIRED = "requires_action", "paid", "failed", "cancelled", "expired"
SUCCEEDED = "succeeded"
CARD = {"brand": "visa", "last4": "4242"}

Work = Callable[[sqlite3.Connection, Content], Content]


class Bank:
    """What the provider does. `page_url` is the address of a payment's page, but for its id."""

    def __init__(self, database: Database, callbacks: CallbackQueue, faults: Faults, page_url: str) -> None:
        self._database = database
        self._callbacks = callbacks
        self._faults = faults
        self._page_url = page_url

    # --- What the store asks for ---

    def once(self, key: str, work: Work, wanted: Content) -> tuple[int, str]:
        """Do the work, or return the status and content of the answer that the key was given before.

        Raises Refused without a key, and for one that came with something else.
        """
        if not key:
            raise Refused(400, "key_required")
        request = json.dumps([work.__name__, wanted], sort_keys=True)
        with self._transaction() as rows:
            known = rows.execute("SELECT * FROM answers WHERE key = ?", (key,)).fetchone()
            if known and known["request"] != request:
                raise Refused(422, "key_reused")
            if known:
                return known["status"], known["content"]
            try:
                status, content = 201, work(rows, wanted)
            except Refused as refused:
                status, content = refused.status, {"error": refused.code}
            answer = (key, request, status, json.dumps(content))
            rows.execute("INSERT INTO answers VALUES (?, ?, ?, ?)", answer)
            return status, answer[3]

    def create(self, rows: sqlite3.Connection, wanted: Content) -> Content:
        """Begin a payment, which waits for the customer."""
        expires_at = wanted.get("expires_at")
        payment = {
            "id": f"pay_{uuid4().hex}",
            "status": WAITING,
            "amount": str(amount_of(wanted.get("amount"))),
            "currency": currency_of(wanted.get("currency")),
            "captured": str(ZERO),
            "refunded": str(ZERO),
            "failure_code": "",
            "metadata": metadata_of(wanted),
            "description": text_of(wanted, "description"),
            "return_url": return_url_of(wanted),
            "created_at": as_text(datetime.now(UTC)),
            "expires_at": None if expires_at is None else moment_of(expires_at),
        }
        _insert(rows, "payments", payment)
        shown = self._shown(payment)
        self._callbacks.forge(rows, shown)
        return shown

    def refund(self, rows: sqlite3.Connection, wanted: Content) -> Content:
        """Give money of a payment back, for the store."""
        payment = self._row(rows, text_of(wanted, "payment"))
        if currency_of(wanted.get("currency")) != payment["currency"]:
            raise Refused(422, "other_currency")
        if self._faults.happens("refuse_refund"):
            raise Refused(422, "refund_refused")
        return self._give_back(rows, payment, amount_of(wanted.get("amount")), metadata_of(wanted))

    def cancel(self, payment_id: str) -> Content:
        """Have a payment end unpaid, for the store. Raises Refused for a paid one."""
        with self._transaction() as rows:
            payment = self._row(rows, payment_id)
            if self._faults.happens("no_cancel") or payment["status"] == PAID:
                raise Refused(409, "not_cancellable")
            if payment["status"] != WAITING:
                return self._shown(payment)
            return self._change(rows, payment, status=CANCELLED)

    def payments_since(self, since: str, after: str) -> Content:
        """Return a page of the payments that were begun since then, oldest first, and where it goes on."""
        with self._transaction() as rows:
            found = rows.execute(
                "SELECT * FROM payments WHERE created_at >= ? AND number > ? ORDER BY number LIMIT ?",
                (moment_of(since), int(after) if after.isdigit() else 0, PAGE_SIZE + 1),
            ).fetchall()
        more = len(found) > PAGE_SIZE
        page = found[:PAGE_SIZE]
        return {
            "payments": [self._shown(dict(row)) for row in page],
            "next": str(page[-1]["number"]) if more else None,
        }

    # --- What the customer does, and the provider's own pages ---

    def pay(self, payment_id: str, wanted: Content) -> Content:
        """Have the customer pay, also after a decline or an expiry. Raises Refused for one that is over."""
        with self._transaction() as rows:
            payment = self._row(rows, payment_id)
            if payment["status"] in {PAID, CANCELLED}:
                raise Refused(409, f"already_{payment['status']}")
            amount = Decimal(payment["amount"])
            if "amount" in wanted:
                amount = amount_of(wanted["amount"])
            elif self._faults.happens("wrong_amount"):
                amount = amount - CENT or 2 * CENT
            currency = currency_of(wanted["currency"]) if "currency" in wanted else payment["currency"]
            return self._change(
                rows, payment, status=PAID, captured=str(amount), currency=currency, failure_code=""
            )

    def decline(self, payment_id: str) -> Content:
        """Have the customer's bank decline. Raises Refused for a payment that is over."""
        return self._end(payment_id, FAILED, "declined")

    def expire(self, payment_id: str) -> Content:
        """Have the time of the payment run out. Raises Refused for a payment that is over."""
        return self._end(payment_id, EXPIRED, "")

    def refund_by_hand(self, payment_id: str, wanted: Content) -> Content:
        """Give money back as from the provider's own pages: all of it, where no amount is named."""
        with self._transaction() as rows:
            payment = self._row(rows, payment_id)
            left = Decimal(payment["captured"]) - Decimal(payment["refunded"])
            amount = amount_of(wanted["amount"] if "amount" in wanted else str(left))
            return self._give_back(rows, payment, amount, json.dumps({"uid": None}))

    # --- What there is ---

    def payment(self, payment_id: str) -> Content:
        """Return the payment. Raises Refused when there is none."""
        with self._transaction() as rows:
            return self._shown(self._row(rows, payment_id))

    def payments(self) -> list[Content]:
        """Return all payments, oldest first."""
        with self._transaction() as rows:
            found = rows.execute("SELECT * FROM payments ORDER BY number").fetchall()
        return [self._shown(dict(row)) for row in found]

    def refund_with(self, refund_id: str) -> Content:
        """Return the refund. Raises Refused when there is none."""
        with self._transaction() as rows:
            row = rows.execute("SELECT * FROM refunds WHERE id = ?", (refund_id,)).fetchone()
        if row is None:
            raise Refused(404, "not_found")
        return _shown_refund(dict(row))

    def refunds(self, payment_id: str | None = None) -> list[Content]:
        """Return the refunds of the payment, or all, oldest first."""
        with self._transaction() as rows:
            found = rows.execute(
                "SELECT * FROM refunds WHERE payment = coalesce(?, payment) ORDER BY number", (payment_id,)
            ).fetchall()
        return [_shown_refund(dict(row)) for row in found]

    # --- Changes ---

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction, in which payments whose time has run out are over."""
        with self._database.transaction() as rows:
            now = as_text(datetime.now(UTC))
            over = rows.execute(
                "SELECT * FROM payments WHERE status = ? AND expires_at <= ?", (WAITING, now)
            ).fetchall()
            for row in over:
                self._change(rows, dict(row), status=EXPIRED)
            yield rows
        self._callbacks.wake()

    def _row(self, rows: sqlite3.Connection, payment_id: str) -> Content:
        row = rows.execute("SELECT * FROM payments WHERE id = ?", (payment_id,)).fetchone()
        if row is None:
            raise Refused(404, "not_found")
        return dict(row)

    def _change(self, rows: sqlite3.Connection, payment: Content, **changes: str) -> Content:
        """Change the payment, and tell the store of its new status."""
        payment |= changes
        names = ", ".join(f"{name} = :{name}" for name in changes)
        rows.execute(f"UPDATE payments SET {names} WHERE id = :id", payment)  # noqa: S608  names of columns
        shown = self._shown(payment)
        self._callbacks.announce(rows, f"payment.{payment['status']}", shown)
        return shown

    def _end(self, payment_id: str, status: str, failure_code: str) -> Content:
        with self._transaction() as rows:
            payment = self._row(rows, payment_id)
            if payment["status"] != WAITING:
                raise Refused(409, f"already_{payment['status']}")
            return self._change(rows, payment, status=status, failure_code=failure_code)

    def _give_back(
        self, rows: sqlite3.Connection, payment: Content, amount: Decimal, metadata: str
    ) -> Content:
        refunded = Decimal(payment["refunded"]) + amount
        if refunded > Decimal(payment["captured"]):
            raise Refused(422, "refund_exceeds_captured")
        refund = {
            "id": f"ref_{uuid4().hex}",
            "payment": payment["id"],
            "status": SUCCEEDED,
            "amount": str(amount),
            "currency": payment["currency"],
            "metadata": metadata,
            "created_at": as_text(datetime.now(UTC)),
        }
        _insert(rows, "refunds", refund)
        payment["refunded"] = str(refunded)
        rows.execute("UPDATE payments SET refunded = :refunded WHERE id = :id", payment)
        shown = _shown_refund(refund)
        self._callbacks.announce(rows, f"refund.{SUCCEEDED}", self._shown(payment), shown)
        return shown

    def _shown(self, payment: Content) -> Content:
        """Return the payment as it is told to callers."""
        return {
            **{name: value for name, value in payment.items() if name != "number"},
            "metadata": json.loads(payment["metadata"]),
            "card": CARD if payment["captured"] != str(ZERO) else None,
            "url": self._page_url + payment["id"],
        }


def _shown_refund(refund: Content) -> Content:
    shown = {name: value for name, value in refund.items() if name != "number"}
    return {**shown, "metadata": json.loads(refund["metadata"])}


def _insert(rows: sqlite3.Connection, table: str, row: Content) -> None:
    names = ", ".join(row)
    places = ", ".join(f":{name}" for name in row)
    rows.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", row)  # noqa: S608  names of columns
