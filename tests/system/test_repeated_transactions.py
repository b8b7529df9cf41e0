"""A transaction that the database takes back for a deadlock is carried out again, where that is possible."""

import logging
from collections.abc import Callable

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from apps.core.database.transactions import REPEATS, retried_atomic
from apps.users.models import User

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]

DEADLOCK, SERIALIZATION = psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure
LOCK_TIMEOUT = psycopg.errors.LockNotAvailable


def taken_back(cause: type[psycopg.Error], *, times: int) -> Callable[[str], list[str]]:
    """Return a service that stores a user, and that the database takes back so many times."""
    attempts: list[str] = []

    @retried_atomic
    def register(name: str) -> list[str]:
        attempts.append(name)
        User.objects.create(username=name, email=f"{name}@example.com")
        if len(attempts) <= times:
            raise OperationalError("taken back") from cause()
        return attempts

    register.attempts = attempts
    return register


@pytest.mark.parametrize("cause", [DEADLOCK, SERIALIZATION])
def test_transaction_is_repeated_until_it_succeeds(cause: type[psycopg.Error], caplog):
    register = taken_back(cause, times=REPEATS)

    with caplog.at_level(logging.WARNING, "apps.core.database.transactions"):
        attempts = register("olga")

    assert attempts == ["olga"] * (REPEATS + 1)
    assert len(caplog.records) == REPEATS
    assert User.objects.count() == 1


def test_repeats_come_to_an_end():
    register = taken_back(DEADLOCK, times=REPEATS + 1)

    with pytest.raises(OperationalError):
        register("olga")

    assert register.attempts == ["olga"] * (REPEATS + 1)
    assert not User.objects.exists()


def test_other_errors_are_not_repeated():
    register = taken_back(LOCK_TIMEOUT, times=1)

    with pytest.raises(OperationalError):
        register("olga")

    assert register.attempts == ["olga"]
    assert not User.objects.exists()


def test_part_of_a_larger_transaction_is_not_repeated():
    register = taken_back(DEADLOCK, times=1)

    with transaction.atomic():
        with pytest.raises(OperationalError):
            register("olga")
        assert not connection.needs_rollback

    assert register.attempts == ["olga"]
    assert not User.objects.exists()
