"""A busy, limited or read-only database: 503 with `Retry-After` on every page; a bug is a 500."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
from django.db import (
    Error,
    IntegrityError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
    connections,
)
from django.test import Client, RequestFactory
from psycopg import errors
from psycopg_pool import PoolTimeout
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product
from apps.core.api.problems.handlers import server_error
from apps.core.database.backends.sqlite3.base import DatabaseFeatures
from apps.core.database.errors import retry_after
from apps.core.tests.answers import problem, problem_of
from apps.users.models import User

PRODUCTS = "/api/v1/products/"
REGISTER = "/api/v1/auth/register/"
OLGA = {"username": "olga", "email": "olga@example.com", "password": "correct-horse-battery"}
AWAY = problem(503, "unavailable", "The store is temporarily unavailable. Try again.")

pytestmark = pytest.mark.embedded


@pytest.mark.parametrize(
    ("kind", "cause", "seconds"),
    [
        (OperationalError, errors.DeadlockDetected, 1),
        (OperationalError, errors.SerializationFailure, 1),
        (OperationalError, errors.LockNotAvailable, 1),
        (OperationalError, PoolTimeout, 1),
        (OperationalError, errors.QueryCanceled, 5),
        (OperationalError, errors.TooManyConnections, 5),
        (OperationalError, errors.DiskFull, 5),
        (OperationalError, errors.AdminShutdown, 5),
        (OperationalError, errors.CrashShutdown, 5),
        (OperationalError, errors.CannotConnectNow, 5),
        (OperationalError, errors.ProtocolViolation, 5),  # what PgBouncer says when it is full
        (InternalError, errors.ReadOnlySqlTransaction, 5),
        (InternalError, errors.IdleInTransactionSessionTimeout, 5),
        (OperationalError, errors.StatementTooComplex, None),
        (InternalError, errors.InFailedSqlTransaction, None),
        (IntegrityError, errors.UniqueViolation, None),
        (ProgrammingError, errors.UndefinedTable, None),
    ],
)
def test_what_passes_by_itself_is_told_from_a_fault(
    kind: type[Error], cause: type[psycopg.Error], seconds: int | None
):
    assert retry_after(raised(kind, cause("inside"))) == seconds


def test_wrong_sql_is_a_fault_for_sqlite_too():
    with closing(sqlite3.connect(":memory:")) as database, pytest.raises(sqlite3.Error) as caught:
        database.execute("SELECT * FROM nothing")

    assert retry_after(raised(OperationalError, caught.value)) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "status", "wait"), [(OperationalError, 503, "5"), (ProgrammingError, 500, None)]
)
def test_admin_says_so_in_a_page_for_people(staff: User, error: type[Error], status: int, wait: str | None):
    client = Client(raise_request_exception=False, headers={"Accept-Language": "en"})
    client.force_login(staff)

    with connection.execute_wrapper(failing_with(error)):
        response = client.get("/admin/")

    assert (response.status_code, response.headers.get("Retry-After")) == (status, wait)
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert ("The store is temporarily unavailable. Try again." in response.text) is (status == 503)


def test_api_says_so_in_a_problem_where_no_rest_view_runs():
    try:
        raise OperationalError("refused")
    except OperationalError:
        response = server_error(RequestFactory().get(PRODUCTS))

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("limit", "wait"), [("lock_timeout", "1"), ("statement_timeout", "5")])
def test_limit_of_postgres_is_answered(api: APIClient, limit: str, wait: str):
    with somebody_else() as rival, set_for_the_session(limit, "50ms"):
        rival.execute("LOCK TABLE catalog_product")
        response = api.get(PRODUCTS, HTTP_ACCEPT_LANGUAGE="en")
        rival.rollback()

        assert (problem_of(response), response["Retry-After"]) == (AWAY, wait)
        assert api.get(PRODUCTS).status_code == 200


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_write_to_a_standby_is_answered(api: APIClient):
    with set_for_the_session("default_transaction_read_only", "on"):
        response = api.post(REGISTER, OLGA, HTTP_ACCEPT_LANGUAGE="en")

    assert (problem_of(response), response["Retry-After"]) == (AWAY, "5")
    assert api.post(REGISTER, OLGA).status_code == 201


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_connection_that_the_server_ended_is_answered_and_replaced(api: APIClient):
    connection.ensure_connection()
    with somebody_else() as rival:
        rival.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])

    response = api.get(PRODUCTS, HTTP_ACCEPT_LANGUAGE="en")
    connection.close_if_unusable_or_obsolete()  # as at the end of a request, but not of the test client's

    assert (problem_of(response), response["Retry-After"]) == (AWAY, "5")
    assert api.get(PRODUCTS).status_code == 200


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_exhausted_pool_is_answered(api: APIClient, monkeypatch: pytest.MonkeyPatch):
    connection.ensure_connection()
    pool = connection.pool
    connection.close()
    held = [pool.getconn() for _connection in range(pool.max_size)]
    monkeypatch.setattr(pool, "timeout", 0.1)

    response = api.get(PRODUCTS, HTTP_ACCEPT_LANGUAGE="en")
    for taken in held:
        pool.putconn(taken)

    assert (problem_of(response), response["Retry-After"]) == (AWAY, "1")
    monkeypatch.undo()
    assert api.get(PRODUCTS).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_locked_sqlite_is_answered(api: APIClient, monkeypatch: pytest.MonkeyPatch):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite alone locks the whole database")
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as rival:
        rival.execute("BEGIN IMMEDIATE")
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.1)
        response = api.post(REGISTER, OLGA, HTTP_ACCEPT_LANGUAGE="en")

    monkeypatch.undo()
    assert (problem_of(response), response["Retry-After"]) == (AWAY, "1")
    assert api.post(REGISTER, OLGA).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_new_connection_to_a_locked_sqlite_reads_all_that_others_do(api: APIClient, monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite alone locks the whole database")
    product = make_product()
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as rival:
        rival.execute("BEGIN IMMEDIATE")
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.1)
        fresh = DatabaseFeatures(connections["default"])  # as a thread has that has just begun
        monkeypatch.setattr(connections["default"], "features", fresh)
        response = api.get(f"{PRODUCTS}{product.pk}/")

    monkeypatch.undo()
    assert (response.status_code, response.json()["sku"]) == (200, product.sku)


def raised(kind: type[Error], cause: Exception) -> Error:
    try:
        raise kind("outside") from cause
    except kind as error:
        return error


def failing_with(error: type[Error]):
    def refuse(execute, sql, params, many, context):
        raise error("10.0.0.7")

    return refuse


@contextmanager
def set_for_the_session(name: str, value: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET {name} = '{value}'")
        try:
            yield
        finally:
            cursor.execute(f"RESET {name}")


@contextmanager
def somebody_else() -> Iterator[psycopg.Connection]:
    options = connection.get_connection_params()
    names = {"host", "port", "user", "password", "dbname"} & options.keys()
    with psycopg.connect(**{name: options[name] for name in names}) as link:
        yield link
