"""Fixtures of every test: users and clients of each kind, an empty cache, settings fit for tests."""

import faulthandler
import gc
import os
import re
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Generator, Iterator
from functools import wraps
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from rest_framework.test import APIClient

from apps.core.outbound_http import CallInTransaction, in_transaction
from apps.users.models import User
from apps.users.tokens import pair_for
from online_store.env.media import in_folders
from tests.contract.checker import checked
from tests.support.flush_snapshots import Refill, flush_quickly
from tests.support.processes import programs_heed_signals
from tests.support.servers import MemcachedServer
from tests.support.template_database import begin_with_copy, end, start_template

PASSWORD = "correct-horse-battery"
SERVICES = ("postgres", "redis", "memcached")
STDERR = 2  # the file as pytest captures it, whatever a test puts in the place of sys.stderr
LIMIT_SECONDS = float(os.environ.get("STORE_TEST_SECONDS") or 120)  # of a test; as long for its fixtures
LONG = 1.5  # times as much for a test that is marked so
SLOW_MACHINE_SECONDS = 60  # a connection of the pool is waited for: production's 5 would fail tests
AGAIN_SECONDS = 30  # for what swallowed the first one

# By which a file is known that has tests of a marker, or no others than long ones.
SIGNS = {
    "embedded": r"mark\.embedded",
    "long": r"mark\.long|spread\(",
    "not long": r"^pytestmark = \[?pytest\.mark\.long",
}

REFILL = pytest.StashKey[Refill]()
TEMPLATE = pytest.StashKey[Path]()

_numbers = count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Put the suite on settings of its own: fast hashing, a throw-away folder, no absent services."""
    folder = Path(tempfile.mkdtemp(prefix="store-test-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ.setdefault("STORE_TEST_PREPARED", str(folder / "prepared"))  # the first process's, for all
    (folder / "prepared").mkdir()
    changes: dict[str, Any] = {
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "EMAIL_FILE_PATH": folder / "mail",
        "MEDIA_ROOT": folder / "media",
        "STORAGES": settings.STORAGES | in_folders(folder / "media"),
        "SHIPPING_API_URL": "",
        "THROTTLES": dict.fromkeys(settings.THROTTLES),  # all off
        "WHITENOISE_AUTOREFRESH": True,  # finds what is asked for, instead of listing all
    }
    if "memcached" not in available_services():
        embedded_cache = {**settings.EMBEDDED_CACHE, "LOCATION": folder / "cache"}
        caches = {"default": embedded_cache, "counters": settings.EMBEDDED_COUNTERS}
        changes |= {"STORE_EMBEDDED": True, "CACHES": caches}
    if connection.vendor == "sqlite":  # a file: the threads of a test cannot share a database in memory
        connection.settings_dict["TEST"]["NAME"] = str(folder / "test.sqlite3")
    if pool := connection.settings_dict["OPTIONS"].get("pool"):
        pool["timeout"] = SLOW_MACHINE_SECONDS
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        changes |= _own_services(worker, config)
    elif getattr(config.option, "numprocesses", None):
        config.stash[TEMPLATE] = folder / "template"
        template = start_template(config.stash[TEMPLATE])
        config.add_cleanup(lambda: end(template))
    overridden = override_settings(**changes)
    overridden.enable()
    config.add_cleanup(overridden.disable)
    # Every answer that any test gets must be one that the schema describes.
    APIClient.request = checked(APIClient.request)  # type: ignore[method-assign]
    requests.Session.send = outside_transactions(requests.Session.send)  # type: ignore[method-assign]
    config.stash[REFILL] = flush_quickly()


def outside_transactions(send: Callable[..., Any]) -> Callable[..., Any]:
    """Return what sends a request of any code, but none while rows may be locked."""

    @wraps(send)
    def sent(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> Any:
        if in_transaction():
            raise CallInTransaction(f"{request.method} {request.url} inside of a transaction")
        return send(session, request, **options)

    return sent


def _own_services(worker: str, config: pytest.Config) -> dict[str, Any]:
    """Give one of several test processes what the others must not empty. Its database has its own name."""
    changes: dict[str, Any] = {}
    services = available_services()
    if "memcached" in services:
        server = MemcachedServer()
        server.start()
        config.add_cleanup(server.close)
        os.environ["MEMCACHED_SERVERS"] = server.url
        changes["CACHES"] = {"default": {**settings.MEMCACHED_CACHE, "LOCATION": [server.url]}}
    if "redis" in services:
        url = urlsplit(settings.CELERY_BROKER_URL)._replace(path=f"/{worker.removeprefix('gw')}").geturl()
        os.environ["CELERY_BROKER_URL"] = changes["CELERY_BROKER_URL"] = url
    return changes


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process of pytest-xdist where the template of its database is."""
    node.workerinput["template"] = str(node.config.stash[TEMPLATE])


def available_services() -> set[str]:
    """Return the real services that this run was given (see tests/with_services.py)."""
    return set(filter(None, os.environ.get("STORE_TEST_SERVICES", "").split(",")))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out files of which no test is wanted: to import them takes as long as to run many."""
    wanted = config.option.markexpr.partition(" and ")[0]
    if wanted in SIGNS and collection_path.match("test_*.py"):
        has_sign = re.search(SIGNS[wanted], collection_path.read_text(encoding="utf-8"), re.MULTILINE)
        return bool(has_sign) is (wanted == "not long") or None
    return None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage among ten thousand tests: they all stay until the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip by name what needs a service that is not there."""
    for item in items:
        for service in SERVICES:
            if item.get_closest_marker(service) and service not in available_services():
                item.add_marker(pytest.mark.skip(reason=f"needs a real {service}: make test starts one"))


def _limited(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that hangs, by its name, and show where each of its threads is."""
    seconds = LIMIT_SECONDS * (LONG if item.get_closest_marker("long") else 1)

    def fail(_number: int, _frame: FrameType | None) -> None:
        faulthandler.dump_traceback(STDERR)
        pytest.fail(f"Not done after {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, fail)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_SECONDS)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# Each for itself: what is raised between them would end the whole run.
pytest_runtest_setup = pytest.hookimpl(wrapper=True)(_limited)
pytest_runtest_call = pytest.hookimpl(wrapper=True)(_limited)
pytest_runtest_teardown = pytest.hookimpl(wrapper=True)(_limited)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Spell out half surrogates in what a test has logged: its process could not send them to the first."""
    report = yield
    report.sections = [
        (title, text.encode("utf-8", "backslashreplace").decode()) for title, text in report.sections
    ]
    return report


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, pytestconfig: pytest.Config
) -> None:
    """Let the database of one of several test processes begin as a copy."""
    if worker := getattr(pytestconfig, "workerinput", None):
        begin_with_copy(Path(worker["template"]))


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """Let SQLite take the file that was copied; its folder is removed at the end."""
    return django_db_keepdb or connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any, pytestconfig: pytest.Config) -> None:
    """Let flushes put back what the migrations have left in the database."""
    with django_db_blocker.unblock():
        pytestconfig.stash[REFILL].remember(connection)


@pytest.fixture(scope="session", autouse=True)
def signals_of_programs() -> Iterator[None]:
    """Let the programs that tests start heed signals, however the tests themselves were started."""
    with programs_heed_signals():
        yield


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Begin every test without anything cached."""
    cache.clear()


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections that leave the machine."""
    connect = socket.socket.connect

    def guarded(sock: socket.socket, address: Any) -> None:
        if sock.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"A test tried to connect to {address}")
        connect(sock, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    """Return a function that makes users, each with a name and an address of its own."""

    def make(**values: Any) -> User:
        number = next(_numbers)
        values = {
            "username": f"user{number}",
            "email": f"user{number}@example.com",
            "password": PASSWORD,
            **values,
        }
        return get_user_model().objects.create_user(**values)

    return make


@pytest.fixture
def customer(make_user: Callable[..., User]) -> User:
    """Return a customer."""
    return make_user()


@pytest.fixture
def other_customer(make_user: Callable[..., User]) -> User:
    """Return somebody else."""
    return make_user()


@pytest.fixture
def staff(make_user: Callable[..., User]) -> User:
    """Return a member of staff with every permission."""
    return make_user(is_staff=True, is_superuser=True)


@pytest.fixture
def api() -> APIClient:
    """Return a client that is not signed in."""
    return APIClient()


@pytest.fixture
def customer_api(customer: User) -> APIClient:
    """Return the customer's client."""
    return signed_in(customer)


@pytest.fixture
def other_customer_api(other_customer: User) -> APIClient:
    """Return somebody else's client."""
    return signed_in(other_customer)


@pytest.fixture
def staff_api(staff: User) -> APIClient:
    """Return the client of a member of staff."""
    return signed_in(staff)


def signed_in(user: User) -> APIClient:
    """Return a client that sends the user's access token, as an app does."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair_for(user)['access']}")
    return client
