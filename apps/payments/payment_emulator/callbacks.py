"""Callbacks of the emulated provider: kept with the change that they tell of, sent by threads until taken."""

import json
import random
import sqlite3
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from apps.core.outbound_http import call
from apps.payments.payment_emulator.database import Database
from apps.payments.payment_emulator.faults import Faults
from apps.payments.standard_webhooks import signed_headers

THREADS = 4
CALL_SECONDS = 5.0
LEASE_SECONDS = 15.0  # longer than a call takes: after that it died with its process, and is made again
PAUSES = (1.0, 3.0, 10.0, 30.0, 60.0)  # seconds before a callback that was not taken is sent again
COPIES = 10  # of a duplicated callback
SHUFFLE_SECONDS = 2.0  # within which shuffled callbacks are sent
FORGED_SECRET = "not the secret of the store"  # noqa: S105  what it signs must be refused


class CallbackQueue:
    """What the store is still to be told, at its address and signed with its secret.

    `log` can name a file, which gets a line of JSON for each event, and for each callback that was sent or
    postponed.
    """

    def __init__(self, database: Database, faults: Faults, *, url: str, secret: str) -> None:
        self._database = database
        self._faults = faults
        self._url = url
        self._secret = secret
        self._due = threading.Condition()
        self._is_over = False
        self._threads = [
            threading.Thread(target=self._send_due, name=f"payment-callbacks-{number}", daemon=True)
            for number in range(THREADS)
        ]
        self.pauses = PAUSES
        self.log: Path | None = None

    def start(self) -> None:
        """Send what is due, also what a former process has left."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Send nothing more; what is under way ends first."""
        self._is_over = True
        self.wake()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def wake(self) -> None:
        """Have the threads look for what is due, once it is committed."""
        with self._due:
            self._due.notify_all()

    def announce(
        self,
        rows: sqlite3.Connection,
        kind: str,
        payment: dict[str, Any],
        refund: dict[str, Any] | None = None,
    ) -> None:
        """Keep a callback about the payment, in the transaction of the change."""
        data = {"payment": payment, "refund": refund} if refund else {"payment": payment}
        self._note(kind=kind, **data)
        self.forge(rows, payment)
        if not self._faults.happens("drop"):
            copies = COPIES if self._faults.happens("duplicate") else 1
            self._keep(rows, kind, data, copies=copies, is_forged=False)

    def forge(self, rows: sqlite3.Connection, payment: dict[str, Any]) -> None:
        """Keep a forged callback, which says that the payment is paid, where that fault happens."""
        if self._faults.happens("forge"):
            paid = {**payment, "status": "paid", "captured": payment["amount"]}
            self._keep(rows, "payment.paid", {"payment": paid}, copies=1, is_forged=True)

    def _keep(
        self, rows: sqlite3.Connection, kind: str, data: dict[str, Any], *, copies: int, is_forged: bool
    ) -> None:
        event = f"evt_{uuid4().hex}"
        body = json.dumps({"type": kind, "timestamp": datetime.now(UTC).isoformat(), "data": data})
        for _copy in range(copies):
            delay = random.uniform(0, SHUFFLE_SECONDS) if self._faults.happens("shuffle") else 0.0
            rows.execute(
                "INSERT INTO callbacks (event, body, is_forged, due_at) VALUES (?, ?, ?, ?)",
                (event, body, is_forged, time.time() + delay),
            )

    def _send_due(self) -> None:
        while not self._is_over:
            if callback := self._claimed():
                self._send(callback)
            else:
                self._wait()

    def _wait(self) -> None:
        with self._due:
            with self._database.transaction() as rows:
                (next_due,) = rows.execute("SELECT min(due_at) FROM callbacks").fetchone()
            if not self._is_over:
                self._due.wait(None if next_due is None else max(0.0, next_due - time.time()))

    def _claimed(self) -> dict[str, Any] | None:
        """Return a callback that is due, which no other thread takes for a while."""
        now = time.time()
        with self._database.transaction() as rows:
            row = rows.execute(
                "SELECT * FROM callbacks WHERE due_at <= ? ORDER BY due_at, number LIMIT 1", (now,)
            ).fetchone()
            if row is None:
                return None
            is_dead = self._faults.happens("dead")
            rows.execute(
                "UPDATE callbacks SET due_at = ?, attempts = attempts + ? WHERE number = ?",
                (now + (self.pauses[0] if is_dead else LEASE_SECONDS), not is_dead, row["number"]),
            )
        if is_dead:
            self._note(postponed=row["event"])
            return None
        return dict(row)

    def _send(self, callback: dict[str, Any]) -> None:
        status = self._status_of(callback)
        self._note(sent=callback["event"], is_forged=bool(callback["is_forged"]), status=status)
        attempt, number = callback["attempts"], callback["number"]
        with self._database.transaction() as rows:
            if 200 <= status < 300 or callback["is_forged"] or attempt >= len(self.pauses):
                rows.execute("DELETE FROM callbacks WHERE number = ?", (number,))
            else:
                due_at = time.time() + self.pauses[attempt]
                rows.execute("UPDATE callbacks SET due_at = ? WHERE number = ?", (due_at, number))

    def _status_of(self, callback: dict[str, Any]) -> int:
        """Send the callback, signed now, and return the status of the answer; 0 without one."""
        body = callback["body"].encode()
        secret = FORGED_SECRET if callback["is_forged"] else self._secret
        headers = signed_headers(
            body, message_id=callback["event"], timestamp=int(time.time()), secret=secret
        )
        headers["Content-Type"] = "application/json"
        try:
            return call("POST", self._url, patience=CALL_SECONDS, headers=headers, data=body).status
        except requests.RequestException:
            return 0

    def _note(self, **line: object) -> None:
        """Write a line into the log, if there is one."""
        if self.log is not None:
            with self.log.open("a") as file:  # one short write at the end: threads need no lock
                file.write(json.dumps(line) + "\n")
