"""A write that meets another one after all checks, even at COMMIT: repeated, else a refusal, never a 500."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import Group
from django.db import DataError, Error, IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from psycopg import errors
from rest_framework.test import APIClient

from apps.catalog.models import Category
from apps.catalog.tests.factories import make_category
from apps.core.database.errors import constraint_of, is_collision
from apps.core.database.transactions import REPEATS
from apps.core.tests.answers import problem, problem_of, refusal_of
from apps.users.models import User
from apps.users.services import delete_account
from conftest import signed_in

CATEGORIES = "/api/v1/categories/"
CONFLICT = "Someone else has just changed or deleted something this request refers to."
PAGE = "Someone else has just changed or deleted something on this page."

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]


@contextmanager
def deleted_meanwhile(category: Category, *, times: int) -> Iterator[list[str]]:
    """Delete the category, so many times, right after another one is inserted below it."""
    seen: list[str] = []

    def delete(execute: Any, sql: str, *arguments: Any) -> Any:
        result = execute(sql, *arguments)
        if sql.startswith('INSERT INTO "catalog_category"'):
            seen.append(sql)
            if len(seen) <= times:
                with connection.cursor() as cursor:
                    cursor.execute("DELETE FROM catalog_category WHERE id = %s", [category.pk])
        return result

    with connection.execute_wrapper(delete):
        yield seen


def test_what_fails_at_commit_is_repeated(staff_api: APIClient, caplog: pytest.LogCaptureFixture):
    drinks = make_category()

    with deleted_meanwhile(drinks, times=REPEATS) as attempts:
        response = staff_api.post(CATEGORIES, {"name": "Tea", "parent": drinks.pk})

    assert (response.status_code, len(attempts)) == (201, REPEATS + 1)
    assert Category.objects.filter(parent=drinks).count() == 1
    assert len([record for record in caplog.records if "met another write" in record.message]) == REPEATS


def test_what_fails_at_commit_again_and_again_is_a_conflict(staff_api: APIClient):
    staff_api.raise_request_exception = False
    drinks = make_category()

    with deleted_meanwhile(drinks, times=REPEATS + 1):
        response = staff_api.post(CATEGORIES, {"name": "Tea", "parent": drinks.pk}, HTTP_ACCEPT_LANGUAGE="en")

    assert problem_of(response) == problem(409, "conflict", CONFLICT)
    assert list(Category.objects.all()) == [drinks]


def test_deletion_of_an_account_that_is_repeated_still_deletes_it(customer: User):
    user_id, commits = customer.pk, list[str]()
    commit = connection._commit

    def fail_once() -> None:
        commits.append("COMMIT")
        if len(commits) == 1:
            raise IntegrityError("outside") from errors.ForeignKeyViolation("inside")
        commit()

    with patch.object(connection, "_commit", fail_once):
        delete_account(customer)

    assert len(commits) == 2
    assert not User.objects.filter(pk=user_id).exists()


def test_caller_whose_account_is_gone_is_told_so(staff: User):
    api = signed_in(staff)
    api.raise_request_exception = False
    leaving: list[User] = []  # between the last attempt and the answer

    def refuse_and_let_the_caller_go(execute: Any, sql: str, *arguments: Any) -> Any:
        if sql.startswith('INSERT INTO "audit_auditentry"'):
            leaving[:] = [staff]
            raise IntegrityError("outside") from errors.ForeignKeyViolation("inside")
        if "users_session" in sql and leaving:
            leaving.pop().delete()
        return execute(sql, *arguments)

    with connection.execute_wrapper(refuse_and_let_the_caller_go):
        response = api.post(CATEGORIES, {"name": "Tea"})

    assert refusal_of(response)[:2] == (401, "session_revoked")


def test_admin_says_so_in_a_page(client: Client, staff: User):
    client.force_login(staff)
    client.raise_request_exception = False

    def take_the_name(execute: Any, sql: str, *arguments: Any) -> Any:
        if sql.startswith('INSERT INTO "auth_group"'):
            execute(sql, *arguments)
        return execute(sql, *arguments)

    with connection.execute_wrapper(take_the_name):
        response = client.post("/admin/auth/group/add/", {"name": "Packers"}, HTTP_ACCEPT_LANGUAGE="en")

    assert response.status_code == 409
    assert PAGE in response.text
    assert not Group.objects.filter(name="Packers").exists()


@pytest.mark.parametrize(
    ("error", "status"),
    [(ProtectedError("protected", set()), 409), (DataError("too large"), 400), (OverflowError(), 400)],
)
def test_admin_answers_other_refusals_of_the_database_in_a_page(
    client: Client, staff: User, error: Exception, status: int
):
    client.force_login(staff)
    client.raise_request_exception = False

    def refuse(execute: Any, sql: str, *arguments: Any) -> Any:
        if "catalog_category" in sql:
            raise error
        return execute(sql, *arguments)

    with connection.execute_wrapper(refuse):
        response = client.get("/admin/catalog/category/1/history/")

    assert response.status_code == status
    assert "<html" in response.text


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (errors.ForeignKeyViolation, True),
        (errors.UniqueViolation, True),
        (errors.NotNullViolation, False),
        (errors.CheckViolation, False),
    ],
)
def test_collision_is_told_from_a_fault(cause: type[Exception], expected: bool):
    assert is_collision(raised(IntegrityError, cause("inside"))) is expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [("INSERT INTO t VALUES (1, 1)", True), ("INSERT INTO t (id) VALUES (2)", False)],
)
def test_collision_is_told_from_a_fault_for_sqlite_too(statement: str, expected: bool):
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, other INTEGER NOT NULL)")
    database.execute("INSERT INTO t VALUES (1, 1)")
    with pytest.raises(sqlite3.IntegrityError) as caught:
        database.execute(statement)
    database.close()

    assert is_collision(raised(IntegrityError, caught.value)) is expected


def test_log_names_the_constraint_and_no_value(make_user: Any):
    make_user(username="olga", email="olga@example.com")
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        make_user(username="olga2", email="olga@example.com")

    told = constraint_of(caught.value)

    assert "olga" not in told
    assert "users_user" in told


def raised(kind: type[Error], cause: Exception) -> Error:
    try:
        raise kind("outside") from cause
    except kind as error:
        return error
