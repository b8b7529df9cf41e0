"""Passwords are hashed by Argon2 at the cost that was chosen, and older hashes move over to it."""

import time
from statistics import median

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, identify_hasher, make_password

from apps.users.exceptions import InvalidCredentials
from apps.users.hashers import StoreArgon2Hasher
from apps.users.sessions import log_in
from online_store import settings as real

REAL_HASHERS = real.PASSWORD_HASHERS  # the tests' own is a fast one


@pytest.fixture
def real_hashers(settings):
    settings.PASSWORD_HASHERS = REAL_HASHERS


def test_real_settings_hash_by_argon2_and_still_read_pbkdf2():
    assert REAL_HASHERS == [
        "apps.users.hashers.StoreArgon2Hasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]


def test_cost_is_19_mib_two_passes_and_one_lane(real_hashers):
    hashed = make_password("correct-horse-battery")

    assert hashed.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_password("correct-horse-battery", hashed)
    assert not check_password("wrong-horse-battery", hashed)


def test_same_password_is_hashed_differently_each_time(real_hashers):
    assert make_password("correct-horse-battery") != make_password("correct-horse-battery")


def test_own_hash_needs_no_update(real_hashers):
    hashed = make_password("correct-horse-battery")

    assert isinstance(identify_hasher(hashed), StoreArgon2Hasher)
    assert not StoreArgon2Hasher().must_update(hashed)


@pytest.mark.django_db
def test_older_hash_moves_over_at_the_next_login(api, make_user, real_hashers):
    user = make_user(username="anna")
    user.password = PBKDF2PasswordHasher().encode("correct-horse-battery", "salt", iterations=1000)
    user.save()

    response = api.post("/api/v1/auth/login/", {"username": "anna", "password": "correct-horse-battery"})

    assert response.status_code == 200
    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$")


@pytest.mark.django_db
@pytest.mark.parametrize("passes", [1, 2])
def test_wrong_password_takes_as_long_as_an_unknown_user_whatever_the_cost_of_its_hash(
    make_user, real_hashers, monkeypatch, passes
):
    user = make_user(username="anna")
    with monkeypatch.context() as former:
        former.setattr(StoreArgon2Hasher, "time_cost", passes)
        user.set_password("correct-horse-battery")
        user.save()
    assert f",t={passes}," in user.password

    known, unknown = (median(seconds_of_login(name) for _try in range(9)) for name in ("anna", "nobody"))

    assert 0.7 < known / unknown < 1.4


def seconds_of_login(name):
    """Return how long the processor is busy with a refused login."""
    begun = time.process_time()
    with pytest.raises(InvalidCredentials):
        log_in(username=name, password="wrong-horse-battery")
    return time.process_time() - begun
