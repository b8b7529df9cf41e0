"""Customers of the embedded store pay at the emulator that it brings, also across a `kill -9`."""

import signal
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.embedded_store import CUSTOMER, STAFF, Shop, free_port, store
from tests.support.processes import kill_group, wait_for

SOON = 5  # seconds, within which a paid order is processed
BACK = "http://localhost:5173/done"  # an app that is being developed


def test_customer_pays_and_is_led_back_and_the_order_is_processed(tmp_path: Path):
    with store(tmp_path, free_port()) as (shop, _process):
        order = placed(shop)
        payment = begun(shop, order)
        led_back = pay(payment)
        money = wait_for(lambda: processed(shop, order), seconds=SOON)
        paid = shop.call("GET", f"orders/{order}/payments/{payment['id']}/", user=CUSTOMER).json()
        wait_for(lambda: set(shop.jobs(order).values()) == {"done"})

    assert payment["status"] == "requires_action"
    assert led_back == BACK
    assert (money["payment_status"], money["balance"]) == ("paid", "0.00")
    assert (paid["status"], paid["captured"], paid["card_last4"]) == ("paid", payment["amount"], "4242")


@pytest.mark.long
def test_page_of_a_payment_outlives_a_killed_store(tmp_path: Path):
    port = free_port()
    with store(tmp_path, port) as (shop, process):
        order = placed(shop)
        payment = begun(shop, order)
        kill_group(process, signal.SIGKILL)
        process.wait()

    with store(tmp_path, port) as (shop, _process):
        shown = requests.get(payment["next_action"]["url"], timeout=10)
        pay(payment)
        money = wait_for(lambda: processed(shop, order), seconds=SOON)

    assert shown.status_code == 200
    assert money["payment_status"] == "paid"


def placed(shop: Shop) -> int:
    body = {"items": [{"product_id": 1, "quantity": 1}], "payment_method": "emulator"}
    answer = shop.call("POST", "orders/", user=CUSTOMER, body=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def begun(shop: Shop, order: int) -> dict[str, Any]:
    body = {"method": "emulator", "return_url": BACK}
    answer = shop.call("POST", f"orders/{order}/payments/", user=CUSTOMER, body=body)
    assert answer.status_code == 201, answer.text
    payment: dict[str, Any] = answer.json()
    return payment


def pay(payment: dict[str, Any]) -> str:
    """Press the button of the page, and return where it leads to."""
    answer = requests.post(
        payment["next_action"]["url"], data={"choice": "pay"}, timeout=10, allow_redirects=False
    )
    return answer.headers["Location"]


def processed(shop: Shop, order: int) -> dict[str, Any] | None:
    """Return the order once it is paid and processed."""
    found: dict[str, Any] = shop.call("GET", f"orders/{order}/", user=STAFF).json()
    return found if found["status"] == "processing" else None
