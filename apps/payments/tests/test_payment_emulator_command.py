"""`python manage.py payment_emulator` serves the emulator, whose payments outlive its process."""

import json
import re
import signal
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import Popen

import pytest
import requests
from django.core.management import CommandError, call_command

from apps.payments.standard_webhooks import verify
from apps.payments.tests.emulation import (
    SECRET,
    Callback,
    callback_taker,
    created,
    get,
    payment_emulator,
    post,
    refunded,
)
from tests.support.processes import kill_group, running, wait_for


def test_command_serves_where_it_prints_and_as_it_is_told(tmp_path: Path):
    log = tmp_path / "payments"
    options = ("--fault", "slow", "--fault", "wrong_amount", "--slow-seconds", "0.2", "--log", str(log))
    environment = {"PAYMENT_EMULATOR_SECRET": SECRET}
    with (
        callback_taker() as store,
        emulator(tmp_path, *options, STORE_URL=store.url, **environment) as (process, url),
    ):
        answer = created(url)
        payment = answer.json()
        paid = post(url, f"/payments/{payment['id']}/pay").json()
        callback = wait_for(lambda: store.taken and store.taken[0], seconds=10)
        process.send_signal(signal.SIGINT)
        exit_code = process.wait(20)

    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
    assert payment["url"] == f"{url}/pay/{payment['id']}"
    assert answer.elapsed.total_seconds() >= 0.2
    assert paid["captured"] == "1429.99"
    assert json.loads(log.read_text().splitlines()[0]) == {"kind": "payment.paid", "payment": paid}
    assert is_signed(callback, SECRET)
    assert exit_code == 0
    assert "Traceback" not in (tmp_path / "emulator.log").read_text()
    assert not (tmp_path / "var" / "payment_emulator_secret").exists()


def test_killed_emulator_keeps_payments_refunds_keys_and_callbacks(tmp_path: Path):
    with callback_taker() as store:
        away = store.url
    with emulator(tmp_path, STORE_URL=away) as (process, url):
        first = created(url)
        payment = first.json()["id"]
        post(url, f"/payments/{payment}/pay")
        refund = refunded(url, payment, "30.00")
        before = get(url, "/payments"), get(url, "/refunds")
        kill_group(process, signal.SIGKILL)
        process.wait(20)
    make_callbacks_due(tmp_path)

    with callback_taker() as store, emulator(tmp_path, STORE_URL=store.url) as (_process, again):
        after = get(again, "/payments"), get(again, "/refunds")
        repeated = created(again), refunded(again, payment, "30.00")
        callbacks = wait_for(lambda: len(store.taken) == 2 and store.taken, seconds=10)

    before[0]["payments"][0]["url"] = f"{again}/pay/{payment}"
    assert after == before
    assert [answer.text for answer in repeated] == [first.text, refund.text]
    assert {json.loads(callback.body)["type"] for callback in callbacks} == {
        "payment.paid",
        "refund.succeeded",
    }
    kept = (tmp_path / "var" / "payment_emulator_secret").read_text()
    assert all(is_signed(callback, kept) for callback in callbacks)


@pytest.mark.long
def test_emulator_that_is_killed_at_any_moment_loses_nothing_that_it_answered(tmp_path: Path):
    answered: dict[str, str] = {}

    def work(url: str, name: str) -> None:
        for number in range(10_000):
            try:
                key = f"{name}-{number}"
                answered[key] = created(url, key).json()["id"]
                post(url, f"/payments/{answered[key]}/pay").raise_for_status()
            except requests.RequestException:
                return

    for life in range(3):
        with emulator(tmp_path) as (process, url), ThreadPoolExecutor(4) as pool:
            for thread in range(4):
                pool.submit(work, url, f"{life}-{thread}")
            wait_for(lambda enough=20 * (life + 1): len(answered) >= enough, seconds=30)
            kill_group(process, signal.SIGKILL)
            process.wait(20)
    with emulator(tmp_path) as (_process, url):
        payments = get(url, "/payments")["payments"]
        repeated = {key: created(url, key).json()["id"] for key in answered}

    assert repeated == answered
    assert set(answered.values()) <= {payment["id"] for payment in payments}
    assert {(payment["status"], payment["captured"]) for payment in payments} <= {
        ("paid", "1430.00"),
        ("requires_action", "0.00"),
    }
    assert sum(payment["status"] == "paid" for payment in payments) >= len(answered) - 12  # in hand at a kill


@pytest.mark.parametrize(("rate", "told"), [(2.0, "a rate from 0 to 1"), (-0.1, "a rate from 0 to 1")])
def test_rate_that_is_none_is_refused_in_a_sentence(tmp_path: Path, settings, rate: float, told: str):
    settings.VAR_DIR, settings.PAYMENT_EMULATOR_SECRET = tmp_path, SECRET

    with pytest.raises(CommandError, match=told):
        call_command("payment_emulator", port=0, rate=rate)


def test_port_that_cannot_be_used_is_refused_in_a_sentence(tmp_path: Path, settings):
    settings.VAR_DIR, settings.PAYMENT_EMULATOR_SECRET = tmp_path, SECRET

    with payment_emulator(tmp_path) as other:
        taken = other.server_address[1]
        for port in (taken, 65536):
            with pytest.raises(CommandError, match=f"Port {port} cannot be used: "):
                call_command("payment_emulator", port=port)


def test_kept_secret_that_is_damaged_is_told_in_a_sentence(tmp_path: Path, settings):
    settings.VAR_DIR, settings.PAYMENT_EMULATOR_SECRET = tmp_path, ""
    settings.PAYMENT_EMULATOR_KEPT_SECRET = tmp_path / "secret"
    (tmp_path / "secret").write_text("short")

    with pytest.raises(
        CommandError, match=r"^PAYMENT_EMULATOR_SECRET is stored in .*: repair or delete the file"
    ):
        call_command("payment_emulator", port=0)


@contextmanager
def emulator(folder: Path, *options: str, **environment: str) -> Iterator[tuple["Popen[bytes]", str]]:
    """Run the command at a free port and yield its process and the address that it printed."""
    log = folder / "emulator.log"
    log.unlink(missing_ok=True)
    environment = {
        "VAR_DIR": str(folder / "var"),
        "STORE_URL": "http://127.0.0.1:9",
        "STORE_EMBEDDED": "",
        "PAYMENT_EMULATOR_SECRET": "",
        **environment,
    }
    with running("manage.py", "payment_emulator", "--port", "0", *options, log=log, **environment) as process:

        def printed_address() -> str:
            assert process.poll() is None, log.read_text()
            found = re.search(r"^PAYMENT_EMULATOR_URL=(\S+)\n", log.read_text(), re.MULTILINE)
            return found[1] if found else ""

        yield process, wait_for(printed_address, seconds=20)


def is_signed(callback: Callback, secret: str) -> bool:
    now = float(callback.headers["webhook-timestamp"])
    return bool(verify(callback.body, callback.headers, secrets=[secret], now=now))


def make_callbacks_due(folder: Path) -> None:
    """Do what a minute does to the callbacks that the dead emulator had in hand."""
    with closing(sqlite3.connect(folder / "var" / "payment_emulator.sqlite3")) as database, database:
        database.execute("UPDATE callbacks SET due_at = 0")
