"""The emulated provider as a server of HTTP: what the store calls, what customers see, what tests need."""

import sys
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from apps.payments.payment_emulator.bank import Bank
from apps.payments.payment_emulator.callbacks import CallbackQueue
from apps.payments.payment_emulator.database import Database
from apps.payments.payment_emulator.faults import SLOW_SECONDS, Faults
from apps.payments.payment_emulator.routes import API, PAGES, Answer, Request, error, route
from apps.payments.payment_emulator.wanted import Refused

MAX_BODY_BYTES = 64 * 1024
CALLBACK_PATH = "/api/v1/payments/callbacks/emulator/"


class PaymentEmulator(ThreadingHTTPServer):
    """A payment provider whose payments are kept in `folder`, and which calls the store back.

    `faults` happen on the given part of their occasions. `callbacks.log` can name a file, which gets a line
    of JSON for each event and each callback that was sent.

    Raises ValueError for unknown faults and a rate that is none, OSError when the port is taken.
    """

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self,
        *,
        folder: Path,
        store_url: str,
        secret: str,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: Iterable[str] = (),
        rate: float = 1.0,
    ) -> None:
        self.faults = Faults(faults, rate)
        super().__init__((host, port), _Call)
        self.slow_seconds = SLOW_SECONDS
        self.is_stopped = threading.Event()
        self._database = Database(folder)
        self.callbacks = CallbackQueue(
            self._database, self.faults, url=store_url + CALLBACK_PATH, secret=secret
        )
        self.bank = Bank(self._database, self.callbacks, self.faults, page_url=f"{self.url}/pay/")
        self.callbacks.start()

    @property
    def url(self) -> str:
        """Return the address of the server."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> None:
        """Serve in a thread of this process."""
        threading.Thread(target=self.serve_forever, name="payments", daemon=True).start()

    def stop(self) -> None:
        """Stop the thread and close the port."""
        self.shutdown()
        self.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of callers who did not wait for their answer; print any other error."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """Close the port, and send no more callbacks."""
        self.server_close()
        self.is_stopped.set()
        self.callbacks.stop()
        self._database.close()


class _Call(BaseHTTPRequestHandler):
    server: PaymentEmulator
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        if length.isdecimal() and int(length) <= MAX_BODY_BYTES:
            self._serve(self.rfile.read(int(length)))
        else:
            self.close_connection = True  # the body is not read
            self._respond(error(413, "too_long"))

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: the store's log tells what became of a call."""

    def _serve(self, body: bytes) -> None:
        faults, path = self.server.faults, urlsplit(self.path).path
        if path.startswith((API, PAGES)) and faults.happens("dead"):
            self.close_connection = True
            return
        answer = self._answer(path, body)
        if path.startswith(API):
            if faults.happens("slow"):
                self.server.is_stopped.wait(self.server.slow_seconds)
            if self.command == "POST" and faults.happens("lose"):
                self.close_connection = True
                return
        self._respond(answer)

    def _answer(self, path: str, body: bytes) -> Answer:
        found = route(self.command, path)
        if found is None:
            return error(404, "not_found")
        action, object_id = found
        request = Request(
            bank=self.server.bank,
            faults=self.server.faults,
            object_id=object_id,
            query=dict(parse_qsl(urlsplit(self.path).query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        try:
            return action(request)
        except Refused as refused:
            return error(refused.status, refused.code)

    def _respond(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        if answer.location:
            self.send_header("Location", answer.location)
        self.end_headers()
        self.wfile.write(body)
