"""Servers listen on IPv4 and IPv6, each where the machine has it, and take no client for another one."""

import errno
import socket
from pathlib import Path
from typing import Any

import pytest
import requests

from online_store import listening
from tests.support.processes import running, wait_for
from tests.support.production_server import free_port

needs_ipv6 = pytest.mark.skipif(listening.everywhere(8000) == "0.0.0.0:8000", reason="no IPv6 here")


@needs_ipv6
def test_gunicorn_serves_both_and_believes_its_proxy_over_both(tmp_path: Path):
    port = free_port()
    told = f":{port}/"
    gunicorn = (
        "-m",
        "gunicorn",
        "tests.support.recording_server:application",
        "--bind",
        listening.everywhere(port),
    )
    variables = {
        "VAR_DIR": str(tmp_path / "var"),
        "WEB_CONCURRENCY": "1",
        "FORWARDED_ALLOW_IPS": "127.0.0.0/8",
    }
    with running(*gunicorn, log=tmp_path / "web.log", **variables):
        wait_for(lambda: b"Booting worker" in (tmp_path / "web.log").read_bytes())
        over_ipv4, over_ipv6 = (
            requests.get(f"http://{host}{told}", headers={"X-Forwarded-Proto": "https"}, timeout=20).json()
            for host in ("127.0.0.1", "[::1]")
        )

    assert over_ipv4 == {"scheme": "https", "client": "127.0.0.1"}
    assert over_ipv6 == {"scheme": "http", "client": "::1"}  # which is no proxy


@needs_ipv6
def test_server_of_this_machine_listens_where_localhost_may_lead():
    port = free_port()

    assert listening.this_machine(port) == [f"127.0.0.1:{port}", f"[::1]:{port}"]


@needs_ipv6
def test_port_of_ipv6_that_is_taken_is_left_out():
    with socket.socket(socket.AF_INET6) as other:
        other.bind(("::1", 0))
        other.listen()
        port = other.getsockname()[1]

        assert listening.this_machine(port) == [f"127.0.0.1:{port}"]


@pytest.mark.parametrize("number", [errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL])
def test_machine_without_ipv6_listens_on_ipv4(monkeypatch: pytest.MonkeyPatch, number: int):
    def refused(*_arguments: Any) -> Any:
        raise OSError(number, "no IPv6")

    monkeypatch.setattr(socket, "socket", refused)

    assert listening.everywhere(8000) == "0.0.0.0:8000"
    assert listening.this_machine(8000) == ["127.0.0.1:8000"]


def test_proxies_are_known_by_both_forms_of_their_addresses():
    assert listening.as_seen(["127.0.0.1", "10.0.0.0/8", "::1", "*"]) == [
        "127.0.0.1",
        "::ffff:127.0.0.1/128",
        "10.0.0.0/8",
        "::ffff:10.0.0.0/104",
        "::1",
        "*",
    ]
