"""Rate limits hold for all processes of gunicorn together, and spoofed addresses buy no further requests."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from django.conf import settings

from tests.support.processes import running, wait_for
from tests.support.production_server import free_port

pytestmark = pytest.mark.memcached
LIMIT, HANDS, ROUNDS = 5, 20, 5


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve by two processes behind one proxy, and yield the address at which accounts are opened."""
    folder: Path = tmp_path_factory.mktemp("store")
    port = free_port()
    variables = {
        "STORE_EMBEDDED": "false",
        "DATABASE_URL": "",
        "MEMCACHED_SERVERS": ",".join(settings.CACHES["default"]["LOCATION"]),
        "VAR_DIR": str(folder / "var"),
        "WEB_CONCURRENCY": "2",
        "WEB_THREADS": "8",
        "PROXY_COUNT": "1",
        "FORWARDED_ALLOW_IPS": "*",  # has no say in it
        "THROTTLE_REGISTER": f"{LIMIT}/day",
    }
    gunicorn = ("-m", "gunicorn", "online_store.wsgi:application")
    url = f"http://127.0.0.1:{port}"
    with running(*gunicorn, "--bind", f"127.0.0.1:{port}", log=folder / "web.log", **variables):
        wait_for(lambda: is_up(url))
        yield f"{url}/api/v1/auth/register/"


@pytest.mark.parametrize("number", range(ROUNDS))
def test_of_twenty_at_once_exactly_the_limit_get_through(register: str, number: int):
    answers = at_once(register, [f"198.51.100.{number}"] * HANDS)

    assert Counter(answers) == {400: LIMIT, 429: HANDS - LIMIT}


def test_addresses_that_the_client_makes_up_buy_nothing(register: str):
    made_up = [f"203.0.113.{hand}, 10.0.0.{hand}, 198.51.100.99" for hand in range(HANDS)]

    assert Counter(at_once(register, made_up)) == {400: LIMIT, 429: HANDS - LIMIT}


def at_once(url: str, forwarded_for: list[str]) -> list[int]:
    def ask(header: str) -> int:
        return requests.post(url, json={}, headers={"X-Forwarded-For": header}, timeout=30).status_code

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(ask, forwarded_for))


def is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=2).status_code == 200
    except requests.RequestException:
        return False
