"""`python manage.py carrier_emulator` serves the emulator until it is told to stop."""

import json
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import pytest
import requests

from tests.support.processes import running, wait_for

PATIENCE = 5


def test_command_prints_its_address_and_serves_there(tmp_path: Path):
    with carrier(tmp_path) as (_process, url):
        answer = announced(url, "key-1")
        parcels = requests.get(url, timeout=PATIENCE).json()

    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/parcels", url)
    assert answer.status_code == 201
    assert parcels == {"parcels": {"key-1": answer.json()["tracking_number"]}}


def test_number_of_a_parcel_is_the_same_after_a_restart(tmp_path: Path):
    numbers = []
    for _start in range(2):
        with carrier(tmp_path) as (_process, url):
            numbers.append(announced(url, "key-1").json()["tracking_number"])

    assert numbers[0] == numbers[1]


def test_command_makes_the_faults_that_it_is_told(tmp_path: Path):
    with carrier(tmp_path, "--fault", "refuse") as (_process, url):
        always = [announced(url, f"key-{number}").status_code for number in range(5)]
    with carrier(tmp_path, "--fault", "refuse", "--fault", "error", "--rate", "0") as (_process, url):
        never = [announced(url, f"key-{number}").status_code for number in range(5)]

    assert (always, never) == ([400] * 5, [201] * 5)


def test_command_is_slow_and_writes_down_as_it_is_told(tmp_path: Path):
    log = tmp_path / "parcels"
    options = ("--fault", "slow", "--slow-seconds", "0.2", "--log", str(log))
    with carrier(tmp_path, *options) as (_process, url):
        answer = announced(url, "key-1")

    assert answer.elapsed.total_seconds() >= 0.2
    line = {"key": "key-1", "order_id": 7, "tracking_number": answer.json()["tracking_number"]}
    assert json.loads(log.read_text()) == line


@pytest.mark.parametrize(
    ("number", "exit_codes"), [(signal.SIGINT, {0}), (signal.SIGTERM, {0, -signal.SIGTERM})]
)
def test_command_ends_when_it_is_told(tmp_path: Path, number: signal.Signals, exit_codes: set[int]):
    with carrier(tmp_path) as (process, _url):
        process.send_signal(number)
        exit_code = process.wait(20)

    assert exit_code in exit_codes
    assert b"Traceback" not in (tmp_path / "carrier.log").read_bytes()


def test_unknown_fault_is_refused(tmp_path: Path):
    log = tmp_path / "carrier.log"
    command = ("manage.py", "carrier_emulator", "--fault", "fire")
    with running(*command, log=log, VAR_DIR=str(tmp_path)) as process:
        exit_code = process.wait(20)

    assert exit_code == 2
    assert "'fire'" in log.read_text()


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["Python as it is", "Python without buffers"])
def test_address_can_be_read_at_once_from_a_file(tmp_path: Path, unbuffered: str):
    with carrier(tmp_path, PYTHONUNBUFFERED=unbuffered) as (_process, url):
        answer = requests.get(url, timeout=PATIENCE)

    assert answer.json() == {"parcels": {}}


@contextmanager
def carrier(folder: Path, *options: str, **environment: str) -> Iterator[tuple["Popen[bytes]", str]]:
    """Run the command at a free port and yield its process and the address that it printed."""
    log = folder / "carrier.log"
    log.unlink(missing_ok=True)
    environment = {"VAR_DIR": str(folder / "var"), "PYTHONUNBUFFERED": "1", **environment}
    with running("manage.py", "carrier_emulator", "--port", "0", *options, log=log, **environment) as process:

        def printed_address() -> str:
            assert process.poll() is None, log.read_text()
            found = re.match(r"SHIPPING_API_URL=(\S+)\n", log.read_text())
            return found[1] if found else ""

        yield process, wait_for(printed_address, seconds=10)


def announced(url: str, key: str) -> requests.Response:
    return requests.post(url, json={"order_id": 7}, headers={"Idempotency-Key": key}, timeout=PATIENCE)
