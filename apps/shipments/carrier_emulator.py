"""Emulator of the carrier: a small server that answers like one, apart from the store's API."""

import hashlib
import json
import random
import threading
import time
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FAULTS = ("error", "refuse", "slow", "reset", "lose")
SLOW_SECONDS = 30.0


class CarrierEmulator(ThreadingHTTPServer):
    """The carrier: POST announces a parcel, GET lists them. `faults` meet the given part of the calls.

    `log` can name a write a line of JSON for each announcement to this file that is taken, repeated ones too.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: Iterable[str] = (),
        rate: float = 1.0,
        slow_seconds: float = SLOW_SECONDS,
    ) -> None:
        super().__init__((host, port), _Call)
        self.faults = tuple(faults)
        self.rate = rate
        self.slow_seconds = slow_seconds
        self.log: Path | None = None
        self.parcels: dict[str, str] = {}

    @property
    def url(self) -> str:
        """Return the address to announce parcels at."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}/parcels"

    def start(self) -> None:
        """Serve in a thread of this process."""
        threading.Thread(target=self.serve_forever, name="carrier", daemon=True).start()

    def stop(self) -> None:
        """Stop the thread and close the port."""
        self.shutdown()
        self.server_close()

    def take(self, key: str) -> str:
        """Take a parcel and return its tracking number, the same for the same key even after a restart."""
        return self.parcels.setdefault(key, f"EM{hashlib.sha256(key.encode()).hexdigest()[:12].upper()}")

    def note(self, key: str, order_id: object) -> None:
        """Write the announcement down, if there is a log."""
        if self.log is not None:
            line = {"key": key, "order_id": order_id, "tracking_number": self.parcels[key]}
            with self.log.open("a") as file:  # one short write at the end: threads need no lock
                file.write(json.dumps(line) + "\n")

    def next_fault(self) -> str:
        """Return what goes wrong with the present call; empty when nothing does."""
        return random.choice(self.faults) if self.faults and random.random() < self.rate else ""


class _Call(BaseHTTPRequestHandler):
    server: CarrierEmulator
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        match self.server.next_fault():
            case "error":
                self._respond(500, {"error": "out of order"})
            case "refuse":
                self._respond(400, {"error": "refused"})
            case "reset":
                self.close_connection = True
            case "slow":
                time.sleep(self.server.slow_seconds)
                self._take(body)
            case "lose":
                self._take(body, answers=False)
            case _:
                self._take(body)

    def do_GET(self) -> None:
        self._respond(200, {"parcels": self.server.parcels})

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: the store's log tells what became of a call."""

    def _take(self, body: bytes, *, answers: bool = True) -> None:
        key = self.headers.get("Idempotency-Key", "")
        try:
            parcel = json.loads(body)
        except ValueError:
            parcel = None
        if not key or not isinstance(parcel, dict) or "order_id" not in parcel:
            self._respond(400, {"error": "an Idempotency-Key and an order are needed"})
            return
        number = self.server.take(key)
        self.server.note(key, parcel["order_id"])
        if answers:
            self._respond(201, {"tracking_number": number})
        else:
            self.close_connection = True

    def _respond(self, status: int, content: dict[str, object]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
