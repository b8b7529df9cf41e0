"""The snapshot at the end of a chaos run: the database, and what the outside world got.

Read by plain SQL that PostgreSQL and SQLite both understand: a witness that shares no code with the store.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from scripts.chaos import ledger, payment_ledger, pictures
from scripts.chaos.ledger import Ledger, ledger_of
from scripts.chaos.payment_ledger import PaymentLedger, payment_ledger_of
from scripts.chaos.pictures import Picture, pictures_of
from scripts.chaos.stage import Stage

QUERIES = {
    "orders": "SELECT id, status, tracking_number FROM orders_order",
    "lines": "SELECT order_id, product_id, quantity FROM orders_orderitem",
    "history": (
        "SELECT c.order_id, c.from_status, c.to_status, COALESCE(u.username, c.actor) "
        "FROM orders_statuschange c LEFT JOIN users_user u ON u.id = c.changed_by_id ORDER BY c.id"
    ),
    "keys": (
        "SELECT k.key, u.username, k.subject FROM idempotency_storedresponse k "
        "JOIN users_user u ON u.id = k.user_id"
    ),
    "jobs": (
        "SELECT uuid, kind, subject, status, attempts, run_at, leased_until, last_error, "
        "created_at, updated_at FROM jobs_job ORDER BY id"
    ),
    "invoices": "SELECT order_id, pdf FROM orders_invoice",
    "stock": "SELECT id, stock FROM catalog_product",
    "movements": "SELECT reason, product_id, delta FROM catalog_stockmovement",
    "users": "SELECT username, email FROM users_user",
    "pictures": pictures.QUERY,
    "run_again": (
        "SELECT j.subject, j.kind FROM audit_auditentry a JOIN jobs_job j ON j.id = a.target_id "
        "WHERE a.action = 'run_again' AND a.target_kind = 'jobs.job'"
    ),
}
# A payment that was given up while nobody knows whether it was begun is waited for: 20 hours, as its order.
UNPAID = """
    SELECT (SELECT COUNT(*) FROM payments_payment
            WHERE status IN ('created', 'pending', 'requires_action') AND provider <> 'manual'
              AND (is_current OR provider_id IS NOT NULL))
         + (SELECT COUNT(*) FROM orders_order o
            WHERE status = 'pending' AND expires_at IS NOT NULL AND paid_total = 0
              AND NOT EXISTS (SELECT 1 FROM payments_payment p
                              WHERE p.order_id = o.id AND p.status = 'created' AND NOT p.is_current))
"""
# `payments.unsettled` tells whether these have done what they are for.
WATCHING = frozenset({"payment_check", "payment_cancel", "expire_order"})
NUMBER = re.compile(r"^Tracking number: (.+)$", re.MULTILINE)
SUBJECT = re.compile(r"Your order #(\d+) (?:is|has been) (.+)")
STATUS_OF_SUBJECT = {
    "confirmed": "pending",
    "being prepared": "processing",
    "shipped": "shipped",
    "delivered": "delivered",
    "cancelled": "cancelled",
}


@dataclass(frozen=True)
class Order:
    """An order, as its row has it."""

    id: int
    status: str
    tracking_number: str | None


@dataclass(frozen=True)
class Step:
    """A line of an order's history: a status change and who made it."""

    from_status: str | None
    to_status: str
    username: str


@dataclass(frozen=True)
class JobRow:
    """A job, as its row has it."""

    uuid: UUID
    kind: str
    subject: str
    status: str
    attempts: int
    run_at: datetime
    leased_until: datetime | None
    last_error: str
    created_at: datetime
    updated_at: datetime

    def __str__(self) -> str:
        times = f"not before {self.run_at:%H:%M:%S}, leased until {self.leased_until or 'never'}"
        error = self.last_error.strip().rpartition("\n")[2] or "no error"
        state = f"{self.status} after {self.attempts} attempts"
        return f"{self.kind} of {self.subject} is {state}, {times}: {error}"


@dataclass(frozen=True)
class Mail:
    """An e-mail that the mail server has accepted."""

    message_id: str
    subject: str
    recipients: tuple[str, ...]
    is_told: bool
    text: str

    @property
    def tracking_number(self) -> str | None:
        """Return the number that the message tells, if it tells one."""
        found = NUMBER.search(self.text)
        return found[1] if found else None

    @property
    def job(self) -> str:
        """Return the UUID of the job that sent it."""
        return self.message_id.lstrip("<").partition("@")[0]

    @property
    def about(self) -> tuple[int, str]:
        """Return the order and the status that the message tells of; (0, "") when it is no such message."""
        found = SUBJECT.search(self.subject)
        return (int(found[1]), STATUS_OF_SUBJECT.get(found[2], "")) if found else (0, "")


@dataclass(frozen=True)
class Parcel:
    """A parcel that the carrier has registered."""

    key: str
    order_id: int
    tracking_number: str


@dataclass
class Snapshot:
    """All that the database, the mail server and the carrier have in the end."""

    orders: dict[int, Order]
    lines: dict[int, Counter[int]]  # pieces by product, by order
    history: dict[int, list[Step]]
    keys: dict[str, tuple[str, str]]  # username and subject, by key
    jobs: list[JobRow]
    invoices: dict[int, list[bytes]]
    stock: dict[int, int]
    movements: dict[str, list[tuple[int, int]]]  # products and deltas, by reason
    emails: dict[str, str]  # by username
    run_again: set[tuple[str, str]]  # subject and kind of the jobs that staff ran again
    ledger: Ledger = field(default_factory=Ledger)
    payments: PaymentLedger = field(default_factory=PaymentLedger)
    pictures: list[Picture] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)


def read_snapshot(stage: Stage, mail_log: Path) -> Snapshot:
    """Read the store's database and the logs of mail server and carrier."""
    rows = _rows(stage)
    snapshot = Snapshot(
        orders={row[0]: Order(*row) for row in rows["orders"]},
        lines=defaultdict(Counter),
        history=_grouped((row[0], Step(*row[1:])) for row in rows["history"]),
        keys={key: (username, subject) for key, username, subject in rows["keys"]},
        jobs=[_job(row) for row in rows["jobs"]],
        invoices=_grouped((order_id, bytes(pdf)) for order_id, pdf in rows["invoices"]),
        stock=dict(rows["stock"]),
        movements=_grouped((reason, (pk, delta)) for reason, pk, delta in rows["movements"]),
        emails=dict(rows["users"]),
        run_again=set(rows["run_again"]),
        ledger=ledger_of(rows),
        payments=payment_ledger_of(rows, stage.provider),
        pictures=pictures_of(rows["pictures"], stage.folder / "var" / "media"),
    )
    for order_id, product_id, quantity in rows["lines"]:
        snapshot.lines[order_id][product_id] += quantity
    snapshot.mails = [
        Mail(line["message_id"], line["subject"], tuple(line["recipients"]), line["is_told"], line["text"])
        for line in _lines(mail_log)
    ]
    snapshot.parcels = [Parcel(**line) for line in _lines(stage.parcels_log)]
    return snapshot


def read_stock(stage: Stage) -> dict[int, int]:
    """Return the pieces in stock, by product."""
    return dict(_selected(stage, QUERIES["stock"]))


def read_payments(stage: Stage) -> PaymentLedger:
    """Return the payments of the store beside the provider's books."""
    rows = {name: _selected(stage, query) for name, query in payment_ledger.QUERIES.items()}
    return payment_ledger_of(rows, stage.provider)


def read_unfinished(stage: Stage) -> list[JobRow]:
    """Return the jobs that are neither done nor failed, but for those that only watch what goes on."""
    rows = _selected(stage, QUERIES["jobs"].replace("ORDER", "WHERE status IN ('pending', 'running') ORDER"))
    return [job for job in map(_job, rows) if job.kind not in WATCHING]


def count_unpaid(stage: Stage) -> int:
    """Count the payments that may still be paid, and the orders that wait to be paid or to expire."""
    [(count,)] = _selected(stage, UNPAID)
    return int(count)


def _rows(stage: Stage) -> dict[str, list[tuple[Any, ...]]]:
    queries = {**QUERIES, **ledger.QUERIES, **payment_ledger.QUERIES}
    return {name: _selected(stage, query) for name, query in queries.items()}


def _selected(stage: Stage, query: str) -> list[tuple[Any, ...]]:
    connection = stage.connect()
    try:
        cursor = connection.cursor()
        cursor.execute(query)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
    finally:
        connection.close()


def _job(row: tuple[Any, ...]) -> JobRow:
    uuid, kind, subject, status, attempts, run_at, leased_until, error, created_at, updated_at = row
    return JobRow(
        uuid if isinstance(uuid, UUID) else UUID(uuid),
        kind,
        subject,
        status,
        attempts,
        _moment(run_at),
        leased_until and _moment(leased_until),
        error,
        _moment(created_at),
        _moment(updated_at),
    )


def _moment(value: datetime | str) -> datetime:
    """Return a time of the database; SQLite keeps a text in UTC."""
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


def _lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]
