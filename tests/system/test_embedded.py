"""The embedded mode as a user starts it: one command, an empty folder, no service."""

import signal
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
import requests
from django.core.management import CommandError, call_command

from tests.support.embedded_store import CUSTOMER, PASSWORD, STAFF, database_of, free_port, store
from tests.support.processes import kill_group, wait_for


@pytest.fixture
def port() -> int:
    return free_port()


def test_store_starts_from_nothing_and_does_everything_that_follows_an_order(tmp_path: Path, port: int):
    with store(tmp_path, port, from_nothing=True) as (shop, _process):
        products = shop.call("GET", "products/?page_size=100").json()
        categories = shop.call("GET", "categories/").json()
        order = shop.call(
            "POST", "orders/", user=CUSTOMER, body={"items": [{"product_id": 1, "quantity": 1}]}
        )
        order_id = order.json()["id"]
        for status in ("processing", "shipped"):
            shop.call("PATCH", f"orders/{order_id}/", user=STAFF, body={"status": status})
        wait_for(lambda: set(shop.jobs(order_id).values()) == {"done"})
        shipped = shop.call("GET", f"orders/{order_id}/", user=CUSTOMER).json()
        invoice = shop.call("GET", f"orders/{order_id}/invoice/", user=CUSTOMER)

    assert products["count"] == 66
    assert categories["count"] == 11
    assert order.status_code == 201
    assert set(shop_kinds(tmp_path, order_id)) == {
        "invoice",
        "confirmation_email",
        "status_email",
        "shipment",
    }
    assert shipped["tracking_number"].startswith("EM")
    assert invoice.headers["Content-Type"] == "application/pdf"
    assert len(list((tmp_path / "var" / "mail").glob("*.eml"))) == 3
    output = (tmp_path / "store.log").read_text()
    assert f"http://127.0.0.1:{port}/admin/" in output
    assert PASSWORD in output


@pytest.mark.long
def test_killed_store_loses_no_job_and_its_second_start_keeps_data_and_keys(tmp_path: Path, port: int):
    with store(tmp_path, port) as (shop, process):
        token = {"Authorization": f"Bearer {shop.token(CUSTOMER)}"}
        shop.call("PATCH", "products/1/", user=STAFF, body={"price": "1.23"})
        payment = begin_payment(tmp_path)
        body = {"items": [{"product_id": 1, "quantity": 1}]}
        answers = [
            requests.post(f"{shop.url}/api/v1/orders/", json=body, headers=token, timeout=20)
            for _ in range(20)
        ]
        kill_group(process, signal.SIGKILL)
        process.wait()
    accepted = {answer.json()["id"] for answer in answers}
    unfinished = count_rows(tmp_path, "jobs_job WHERE status IN ('pending', 'running')")
    let_leases_run_out(tmp_path)

    with store(tmp_path, port) as (shop, process):
        wait_for(lambda: count_rows(tmp_path, "jobs_job WHERE status = 'done'") == 40, seconds=180)
        products = shop.call("GET", "products/").json()["count"], shop.call("GET", "products/1/").json()
        orders = requests.get(f"{shop.url}/api/v1/orders/", headers=token, timeout=10)
        kept = requests.get(payment["url"].replace("/pay/", "/payments/"), timeout=10).json()
        kill_group(process, signal.SIGINT)
        exit_code = process.wait(40)

    assert len(accepted) == 20
    assert unfinished > 0
    assert (products[0], products[1]["price"]) == (66, "1.23")
    assert (orders.status_code, orders.json()["count"]) == (200, 20)
    assert kept == payment
    assert exit_code == 0
    assert_all_is_done_once(tmp_path)
    for key in ("secret_key", "jwt_signing_key", "payment_emulator_secret", "payment_emulator.sqlite3"):
        assert stat.S_IMODE((tmp_path / "var" / key).stat().st_mode) == 0o600


def begin_payment(folder: Path) -> dict:
    """Begin a payment at the emulator of the store."""
    emulator = (folder / "var" / "payment_emulator_url").read_text()
    wanted = {"amount": "1.00", "currency": "RUB"}
    key = {"Idempotency-Key": "key"}
    return requests.post(f"{emulator}/v1/payments", json=wanted, headers=key, timeout=10).json()


def assert_all_is_done_once(folder: Path) -> None:
    """Count what the jobs of 20 orders leave."""
    assert count_rows(folder, "orders_invoice") == 20
    assert count_rows(folder, "jobs_job") == 40
    assert len(list((folder / "var" / "mail").glob("*.eml"))) == 20


def test_command_refuses_to_run_outside_of_the_embedded_mode(settings):
    settings.STORE_EMBEDDED = False

    with pytest.raises(CommandError, match="STORE_EMBEDDED=true"):
        call_command("embedded")


def shop_kinds(folder: Path, order_id: int) -> list[str]:
    with closing(sqlite3.connect(database_of(folder))) as database:
        rows = database.execute("SELECT kind FROM jobs_job WHERE subject = ?", [f"order:{order_id}"])
        return [kind for (kind,) in rows]


def let_leases_run_out(folder: Path) -> None:
    """Do what a minute does to the jobs that the dead store had in hand."""
    with closing(sqlite3.connect(database_of(folder))) as database, database:
        database.execute("UPDATE jobs_job SET leased_until = created_at WHERE status = 'running'")


def count_rows(folder: Path, table: str) -> int:
    with closing(sqlite3.connect(database_of(folder))) as database:
        return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
