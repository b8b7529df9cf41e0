"""The pool of connections to PostgreSQL: an ended one is not given out, and a living one is not asked."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from apps.users.models import User

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def fresh_connection() -> Iterator[None]:
    """Begin and end with connections that no other test has changed."""
    start_anew()
    yield
    start_anew()


def start_anew() -> None:
    connection.close()
    connection.close_pool()


def outside_of_the_pool() -> dict[str, Any]:
    """Return what a connection of its own to the same database is made with."""
    settings = connection.settings_dict
    return {
        "dbname": settings["NAME"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
        "host": settings["HOST"],
        "port": settings["PORT"],
    }


def backend() -> int:
    """Return which process of the server answers."""
    connection.ensure_connection()
    return connection.connection.info.backend_pid


def test_connection_that_was_ended_in_the_pool_is_replaced_before_it_is_used():
    connection.ensure_connection()
    connection.close()
    # One, or two when the pool grew meanwhile.
    held = {idle.info.backend_pid for idle in connection.pool._pool}
    with psycopg.connect(**outside_of_the_pool()) as outside:
        for ended in held:
            outside.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])

    assert held
    assert User.objects.count() == 0
    assert backend() not in held


def test_notice_is_no_end():
    before = backend()
    with connection.cursor() as cursor:
        cursor.execute("LISTEN store")
    connection.close()
    with connection.pool.connection(), connection.cursor() as another:
        another.execute("NOTIFY store")
    connection.close()

    assert User.objects.count() == 0
    assert before in {held.info.backend_pid for held in connection.pool._pool} | {backend()}


def test_living_connection_is_not_asked(monkeypatch: pytest.MonkeyPatch):
    asked = []
    monkeypatch.setattr("psycopg_pool.ConnectionPool.check_connection", asked.append)

    for _ in range(3):
        connection.close()
        assert User.objects.count() == 0

    assert asked == []


def test_repeated_statements_are_prepared_but_for_those_of_lists():
    for number in range(8):
        list(User.objects.filter(pk=number))
        list(User.objects.filter(username__contains=str(number))[:5])

    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        prepared = [statement for (statement,) in cursor.fetchall()]
    assert len(prepared) == 1
    assert 'WHERE "users_user"."id" = $1' in prepared[0]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_forked_process_has_a_pool_of_its_own_that_grows():
    connection.ensure_connection()
    connection.close()
    parents = {idle.info.backend_pid for idle in connection.pool._pool}

    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if parents.isdisjoint(backends_held_together(3)) else 1)
        finally:
            os._exit(2)

    assert parents
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert User.objects.count() == 0  # the parent's connection is still its own


def backends_held_together(number: int) -> set[int]:
    """Let so many threads hold a connection at the same moment, and return whose they are."""
    together = threading.Barrier(number, timeout=10)

    def hold() -> int:
        together.wait()
        held = backend()
        together.wait()
        connections.close_all()
        return held

    with ThreadPoolExecutor(number) as threads:
        return set(threads.map(lambda _: hold(), range(number)))
