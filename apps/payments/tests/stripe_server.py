"""The fake Stripe on a port of its own, and the events that it sends, signed."""

import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from apps.payments.tests.fake_stripe import FakeStripe, Json

SECRET = "whsec_store"


def event(kind: str, thing: Json, *, number: str = "evt_1") -> bytes:
    """Return an event about the thing."""
    content = {
        "id": number,
        "object": "event",
        "type": kind,
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": thing},
    }
    return json.dumps(content).encode()


def signature(body: bytes, *secrets: str, at: float | None = None) -> str:
    """Return the value of `Stripe-Signature` for the body."""
    moment = int(time.time() if at is None else at)
    digests = [hmac.new(each.encode(), b"%d." % moment + body, "sha256").hexdigest() for each in secrets]
    return ",".join([f"t={moment}", *[f"v1={digest}" for digest in digests], "v0=other"])


@contextmanager
def serving(stripe: FakeStripe) -> Iterator[str]:
    """Serve the account on a port of its own, and give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"] or 0)).decode())

        def _answer(self, form: str) -> None:
            answer = stripe.answer(
                self.command, urlsplit(self.path).path, dict(parse_qsl(form)), self.headers
            )
            if answer is None:
                return
            status, content = answer
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
