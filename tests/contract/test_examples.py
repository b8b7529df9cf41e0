"""The requests that the schema shows are sent to a store with the demo data, and answered as it shows."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from tests.contract.checker import checked_live
from tests.support.committed_schema import SCHEMA, resolved
from tests.support.embedded_store import CUSTOMER, PASSWORD, STAFF, Shop, store
from tests.support.processes import wait_for
from tests.support.production_server import free_port

pytestmark = pytest.mark.long

JSON = "application/json"
# What must be there before comes first; what takes something away comes last.
METHODS = ("post", "get", "put", "patch", "delete")
FIRST = ("placeOrder", "recordPayment", "refundOrder", "startPayment")
NOT_SENT = {
    "receiveCallback": "needs a provider's signature; apps/payments/tests/test_callbacks.py",
    "failRefund": "confirmRefund ends the refund; apps/payments/tests/test_manual_refunds.py",
    "retryJob": "needs a job that has failed; its answer is the one of getJob",
    "changePassword": "the demo logins are needed for the others; apps/users/tests/test_passwords.py",
    "resetPassword": "needs the token of an e-mail; apps/users/tests/test_passwords.py",
    "verifyEmail": "needs the token of an e-mail; apps/users/tests/test_email_address.py",
    "endSession": "needs the id of a session; apps/users/tests/test_sessions.py",
    "closeOwnAccount": "the demo logins are needed for the others; apps/orders/tests/test_close_account.py",
}


def own_refresh_token(shop: Shop) -> dict[str, Any]:
    login = {"username": CUSTOMER, "password": PASSWORD}
    return {"refresh": shop.call("POST", "auth/login/", body=login).json()["refresh"]}


def newest_payment(shop: Shop) -> str:
    return shop.call("GET", "orders/1/payments/", user=CUSTOMER).json()[0]["id"]


def newest_refund(shop: Shop) -> str:
    return shop.call("GET", "admin/refunds/", user=STAFF).json()["results"][0]["id"]


def own_images(shop: Shop) -> dict[str, Any]:
    images = shop.call("GET", "admin/products/1/images/", user=STAFF).json()["results"]
    return {"ids": [image["id"] for image in images]}


def slug_on_sale(shop: Shop) -> str:
    """Return the slug of a product."""
    [product, *_others] = requests.get(f"{shop.url}/api/v1/products/", timeout=30).json()["results"]
    return str(product["slug"])


# Ids in addresses, and members of a request, that no example can know, such as a token of today.
LIVE_IDS: dict[str, Callable[[Shop], str]] = {
    "payment_id": newest_payment,
    "refund_id": newest_refund,
    "slug": slug_on_sale,
}
LIVE_MEMBERS: dict[str, Callable[[Shop], dict[str, Any]]] = {
    "orderProductImages": own_images,
    "refreshTokens": own_refresh_token,
}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and operation, in the order in which they can be called."""
    found = [
        (method, path, operations[method])
        for method in METHODS
        for path, operations in SCHEMA["paths"].items()
        if method in operations and operations[method]["operationId"] not in NOT_SENT
    ]
    yield from sorted(found, key=lambda each: _place(each[2]["operationId"]))


def _place(name: str) -> int:
    return FIRST.index(name) if name in FIRST else len(FIRST)


def test_examples_of_the_schema_are_answered_as_shown(tmp_path: Path):
    answered = {}
    port = free_port()
    with store(tmp_path, port) as (shop, _process):
        for method, path, operation in operations():
            answered[operation["operationId"]] = send(shop, method, path, operation)

    assert len(answered) + len(NOT_SENT) == sum(map(len, SCHEMA["paths"].values()))
    for name, (operation, response) in answered.items():
        success = str(response.status_code)
        assert success in operation["responses"], f"{name}: {response.text}"
        assert response.ok, f"{name}: {response.text}"
        content = resolved(operation["responses"][success]).get("content", {}).get(JSON)
        if content:
            (example,) = content["examples"].values()
            assert alike(resolved(example)["value"], response.json()), f"{name} answers {response.text}"


def send(shop: Shop, method: str, path: str, operation: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Send the example, again while the answer is still being made; compare it with the schema."""
    body = body_of(shop, operation)
    user = CUSTOMER if "orders" in operation["tags"] else STAFF
    needs_token = operation["security"] and {} not in operation["security"]
    headers = {"Authorization": f"Bearer {shop.token(user)}"} if needs_token else {}
    parameters = {each["name"]: resolved(each).get("example") for each in operation.get("parameters", ())}
    parameters |= {name: live(shop) for name, live in LIVE_IDS.items() if name in parameters}
    headers |= {name: str(uuid4()) for name in parameters if name == "Idempotency-Key"}

    def sent() -> list[requests.Response]:
        address = f"{shop.url}{path.format(**parameters)}"
        response = checked_live(requests.request(method, address, json=body, headers=headers, timeout=30))
        is_being_made = response.status_code == HTTPStatus.ACCEPTED and "200" in operation["responses"]
        return [] if is_being_made else [response]

    return operation, *wait_for(sent)


def body_of(shop: Shop, operation: dict[str, Any]) -> dict[str, Any] | None:
    content = operation.get("requestBody", {}).get("content")
    if content is None:
        return None
    (example,) = content[JSON]["examples"].values()
    live = LIVE_MEMBERS.get(operation["operationId"], lambda _shop: {})
    return {**example["value"], **live(shop)}


def alike(shown: Any, given: Any) -> bool:
    """Tell whether what is shown is given; null may stand for anything, and staff are given more.

    The count of a short list is exact, and says nothing of itself.
    """
    if shown is None or given is None:
        return True
    if isinstance(shown, dict):
        return all(
            name in given and alike(shown[name], given[name]) for name in shown if name != "count_exact"
        )
    if isinstance(shown, list):
        return isinstance(given, list) and (not shown or not given or alike(shown[0], given[0]))
    return type(shown) is type(given)
