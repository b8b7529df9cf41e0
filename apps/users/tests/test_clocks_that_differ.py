"""Tokens that another machine has made, whose clock goes a little otherwise."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
import time_machine

from apps.core.tests.answers import refusal_of
from apps.users.models import Session
from apps.users.tokens import StoreRefreshToken, pair_for

OWN, REFRESH = "/api/v1/orders/", "/api/v1/auth/refresh/"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
PREVIOUS_KEY = "previous-" * 8

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    """Stop the clock at noon."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(params=["present key", "previous key"])
def signed(request, settings):
    """Return a function that signs a token's claims, some of them some seconds from now."""
    settings.JWT_PREVIOUS_SIGNING_KEY = PREVIOUS_KEY
    key = settings.JWT_SIGNING_KEY if request.param == "present key" else PREVIOUS_KEY

    def sign(token, **seconds):
        moved = {claim: int(NOON.timestamp()) + shift for claim, shift in seconds.items()}
        return jwt.encode({**token.payload, **moved}, key, algorithm="HS256")

    return sign


def answers(api, token, sign, **seconds):
    """Return what the access token and the refresh token are answered, with these claims."""
    access = api.get(OWN, HTTP_AUTHORIZATION=f"Bearer {sign(token.access_token, **seconds)}")
    refresh = api.post(REFRESH, {"refresh": sign(token, **seconds)})
    return [
        (answer.status_code, refusal_of(answer)[1]) if answer.status_code > 200 else 200
        for answer in (access, refresh)
    ]


@pytest.mark.parametrize("claim", ["iat", "nbf"])
@pytest.mark.parametrize("ahead", [1, 60])
def test_token_from_a_clock_that_is_up_to_a_minute_ahead_is_good(api, customer, signed, claim, ahead):
    token = StoreRefreshToken.of(Session.objects.open(customer))

    assert answers(api, token, signed, **{claim: ahead}) == [200, 200]


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_token_from_further_ahead_is_refused(api, customer, signed, claim):
    token = StoreRefreshToken.of(Session.objects.open(customer))

    assert answers(api, token, signed, **{claim: 62}) == [(401, "token_invalid")] * 2


@pytest.mark.parametrize("ago", [0, 1, 59, 61, 3600])
def test_token_that_has_expired_is_expired_without_a_leeway(api, customer, signed, ago):
    token = StoreRefreshToken.of(Session.objects.open(customer))

    assert answers(api, token, signed, exp=-ago) == [(401, "token_expired")] * 2


def test_login_and_refresh_on_machines_whose_clocks_differ_log_nobody_out(api, customer, clock):
    clock.shift(timedelta(seconds=30))  # the one that is ahead
    pair = pair_for(customer)
    clock.move_to(NOON)
    assert api.get(OWN, HTTP_AUTHORIZATION=f"Bearer {pair['access']}").status_code == 200
    following = api.post(REFRESH, {"refresh": pair["refresh"]}).json()
    clock.shift(timedelta(seconds=30))
    assert api.post(REFRESH, {"refresh": pair["refresh"]}).json()["refresh"] == following["refresh"]
    clock.move_to(NOON - timedelta(seconds=20))

    assert api.get(OWN, HTTP_AUTHORIZATION=f"Bearer {following['access']}").status_code == 200
    assert api.post(REFRESH, {"refresh": following["refresh"]}).status_code == 200
