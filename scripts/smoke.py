"""One customer's way through a running store: register, log in, place an order, wait for its invoice.

BASE_URL=http://127.0.0.1:8000 python scripts/smoke.py

Standard library only. The store must have a product on sale: `manage.py load_demo` gives an empty one some.
Each run leaves a customer and an order behind.
"""

import json
import os
import secrets
import sys
import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

API = os.environ.get("BASE_URL", "http://127.0.0.1:8000").rstrip("/") + "/api/v1/"
ANSWER_SECONDS = 30
INVOICE_SECONDS = 60
POLL_SECONDS = 0.5


def main() -> str:
    """Go the whole way and return what came of it; exit with a message at the first wrong turn."""
    name, password = f"smoke-{secrets.token_hex(6)}", secrets.token_urlsafe(12)
    call("auth/register/", 201, username=name, email=f"{name}@example.com", password=password)
    token = call("auth/login/", 200, username=name, password=password)["access"]
    products = call("products/?in_stock=true&page_size=1", 200)["results"]
    if not products:
        sys.exit("Nothing is on sale: `python manage.py load_demo` loads products into an empty store.")
    order = call("orders/", 201, token, items=[{"product_id": products[0]["id"], "quantity": 1}])
    size = len(invoice(order["id"], token))
    return f"Order {order['id']} of {order['total_price']} {order['currency']}, invoice of {size} bytes."


def invoice(order_id: int, token: str) -> bytes:
    """Return the order's invoice as soon as a worker has made it."""
    deadline = time.monotonic() + INVOICE_SECONDS
    while time.monotonic() < deadline:
        status, body = ask(f"orders/{order_id}/invoice/", token)
        if status == 200 and body.startswith(b"%PDF"):
            return body
        if status != 202:
            sys.exit(f"The invoice of order {order_id} answered {status}: {body[:500]!r}")
        time.sleep(POLL_SECONDS)
    sys.exit(f"No invoice of order {order_id} after {INVOICE_SECONDS} s: does a worker run?")


def call(path: str, expected: int, token: str = "", **values: Any) -> Any:
    """Ask the API and return what it answers; exit when the status is another one."""
    status, body = ask(path, token, json.dumps(values).encode() if values else None)
    if status != expected:
        sys.exit(f"{path} answered {status} instead of {expected}: {body[:500]!r}")
    return json.loads(body)


def ask(path: str, token: str = "", body: bytes | None = None) -> tuple[int, bytes]:
    """Return status and body of the answer."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urlopen(Request(API + path, body, headers), timeout=ANSWER_SECONDS) as answer:
            return answer.status, answer.read()
    except HTTPError as refusal:
        return refusal.code, refusal.read()


if __name__ == "__main__":
    print(main())
