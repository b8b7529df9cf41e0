"""Access tokens open the API for ten minutes; refresh tokens give the next pair, and open nothing.

A refused token is told from an expired one, and from one whose session is over.
"""

from datetime import UTC, datetime, timedelta

import pytest

from apps.core.tests.answers import problem, problem_of
from apps.users.models import User
from apps.users.tokens import StoreAccessToken, pair_for

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
REFUSED = problem(401, "token_invalid", "The token is not valid.")
EXPIRED = problem(401, "token_expired", "The token has expired.")
REVOKED = problem(401, "session_revoked", "The session has ended. Log in again.")
pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    """Return the library that moves the clock."""
    return pytest.importorskip("time_machine")


def test_refresh_token_gives_a_pair_that_works(customer, call, refresh):
    response = refresh(pair_for(customer)["refresh"])

    assert response.status_code == 200
    assert sorted(response.json()) == ["access", "refresh"]
    assert call(response.json()["access"]).status_code == 200
    assert refresh(response.json()["refresh"]).status_code == 200


def test_pair_is_the_user_s_own(customer, other_customer, refresh):
    pair = refresh(pair_for(customer)["refresh"]).json()

    assert int(StoreAccessToken(pair["access"])["user_id"]) == customer.pk != other_customer.pk


@pytest.mark.parametrize("garbage", ["garbage", "a.b.c", "....", "é", "0", "e30.e30.e30"])
def test_garbage_gives_no_pair(refresh, garbage):
    response = refresh(garbage)

    assert problem_of(response) == REFUSED
    assert response["WWW-Authenticate"] == challenge("The token is not valid")


def test_access_token_gives_no_pair(customer, refresh):
    assert problem_of(refresh(pair_for(customer)["access"])) == REFUSED


def test_refresh_token_is_good_for_fourteen_days(customer, refresh, clock):
    with clock.travel(NOON, tick=False):
        token = pair_for(customer)["refresh"]
    with clock.travel(NOON + timedelta(days=14, seconds=-1), tick=False):
        in_time = refresh(token)
    with clock.travel(NOON + timedelta(days=14), tick=False):
        too_late = refresh(token)

    assert in_time.status_code == 200
    assert problem_of(too_late) == EXPIRED
    assert too_late["WWW-Authenticate"] == challenge("The token has expired")


def test_refresh_token_of_a_deleted_user_gives_no_pair(make_user, refresh):
    user = make_user()
    token = pair_for(user)["refresh"]
    user.delete()

    assert problem_of(refresh(token)) == REVOKED


def test_refresh_token_of_a_deactivated_user_gives_no_pair(customer, refresh):
    token = pair_for(customer)["refresh"]
    customer.is_active = False
    customer.save()

    assert problem_of(refresh(token)) == REVOKED


@pytest.mark.parametrize("garbage", ["garbage", "a.b.c", "", "one two", "é"])
def test_garbage_opens_nothing(call, garbage):
    response = call(garbage)

    assert problem_of(response) == REFUSED
    assert response["WWW-Authenticate"] == challenge("The token is not valid")


def test_no_token_opens_nothing(english):
    response = english.get("/api/v1/orders/")

    assert problem_of(response) == problem(
        401, "not_authenticated", "Authentication credentials were not provided."
    )
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


def test_invalid_token_is_refused_even_where_none_is_needed(english):
    response = english.get("/api/v1/products/", HTTP_AUTHORIZATION="Bearer garbage")

    assert problem_of(response) == REFUSED


def test_refresh_token_opens_nothing(customer, call):
    assert problem_of(call(pair_for(customer)["refresh"])) == REFUSED


def test_access_token_is_good_for_ten_minutes(customer, call, clock):
    with clock.travel(NOON, tick=False):
        access = pair_for(customer)["access"]
    with clock.travel(NOON + timedelta(minutes=10, seconds=-1), tick=False):
        in_time = call(access)
    with clock.travel(NOON + timedelta(minutes=10), tick=False):
        too_late = call(access)

    assert in_time.status_code == 200
    assert problem_of(too_late) == EXPIRED
    assert too_late["WWW-Authenticate"] == challenge("The token has expired")


def test_access_token_of_a_deleted_user_opens_nothing(make_user, call):
    user = make_user()
    access = pair_for(user)["access"]
    user.delete()

    assert problem_of(call(access)) == REVOKED


def test_access_token_of_a_deactivated_user_opens_nothing(customer, call):
    access = pair_for(customer)["access"]
    customer.is_active = False
    customer.save()

    assert problem_of(call(access)) == REVOKED


def test_tokens_stop_even_when_the_deactivation_passed_by_the_model(customer, call, refresh):
    pair = pair_for(customer)
    User.objects.filter(pk=customer.pk).update(is_active=False)

    assert problem_of(call(pair["access"])) == REVOKED
    assert problem_of(refresh(pair["refresh"])) == REVOKED


def challenge(description):
    return f'Bearer realm="api", error="invalid_token", error_description="{description}"'
