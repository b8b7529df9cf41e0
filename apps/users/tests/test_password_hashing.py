"""Passwords are hashed by Argon2 at the cost that was chosen, and older hashes move over to it."""

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, identify_hasher, make_password

from apps.users.hashers import StoreArgon2Hasher
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
