"""Access tokens open the API for ten minutes; refresh tokens give the next pair, and open nothing.

A refused token is told from an expired one, and from one whose session is over.
"""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from django.conf import settings

from apps.core.tests.answers import problem, problem_of
from apps.users.models import Session, User
from apps.users.tokens import StoreAccessToken, StoreRefreshToken, pair_for

REFRESH = "/api/v1/auth/refresh/"
OWN_ORDERS = "/api/v1/orders/"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
REFUSED = problem(401, "token_invalid", "The token is not valid.")
EXPIRED = problem(401, "token_expired", "The token has expired.")
REVOKED = problem(401, "session_revoked", "The session has ended. Log in again.")

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    """Return the library that moves the clock."""
    return pytest.importorskip("time_machine")


@pytest.fixture
def english(api):
    api.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return api


@pytest.fixture
def call(english):
    """Return a function that makes a call which needs a token."""
    return lambda access: english.get(OWN_ORDERS, HTTP_AUTHORIZATION=f"Bearer {access}")


@pytest.fixture
def refresh(english):
    """Return a function that asks for the next pair."""
    return lambda token: english.post(REFRESH, {"refresh": token})


@pytest.fixture
def signed(settings):
    """Return a function that signs a token of ours, with claims added or replaced; None takes one away."""

    def sign(token, *, key=settings.JWT_SIGNING_KEY, algorithm="HS256", **claims):
        payload = {**token.payload, **claims}
        payload = {name: value for name, value in payload.items() if value is not None}
        return jwt.encode(payload, key, algorithm=algorithm)

    return sign


# --- Refreshing


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


# --- Calling


@pytest.mark.parametrize("garbage", ["garbage", "a.b.c", "", "one two", "é"])
def test_garbage_opens_nothing(call, garbage):
    response = call(garbage)

    assert problem_of(response) == REFUSED
    assert response["WWW-Authenticate"] == challenge("The token is not valid")


def test_no_token_opens_nothing(english):
    response = english.get(OWN_ORDERS)

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


# --- Signing

FOREIGN_KEY = "foreign-" * 8
PREVIOUS_KEY = "previous-" * 8


def test_tokens_signed_by_a_foreign_key_are_refused(customer, call, refresh, signed):
    token = StoreRefreshToken.of(Session.objects.open(customer))

    assert problem_of(call(signed(token.access_token, key=FOREIGN_KEY))) == REFUSED
    assert problem_of(refresh(signed(token, key=FOREIGN_KEY))) == REFUSED


def test_tokens_signed_by_the_previous_key_are_accepted(customer, call, refresh, signed, settings):
    settings.JWT_PREVIOUS_SIGNING_KEY = PREVIOUS_KEY
    token = StoreRefreshToken.of(Session.objects.open(customer))

    assert call(signed(token.access_token, key=PREVIOUS_KEY)).status_code == 200
    assert refresh(signed(token, key=PREVIOUS_KEY)).status_code == 200


def test_present_key_still_works_beside_the_previous_one(customer, call, refresh, settings):
    settings.JWT_PREVIOUS_SIGNING_KEY = PREVIOUS_KEY
    pair = pair_for(customer)

    assert call(pair["access"]).status_code == 200
    assert refresh(pair["refresh"]).status_code == 200


def test_new_pairs_are_signed_by_the_present_key(customer, refresh, signed, settings):
    settings.JWT_PREVIOUS_SIGNING_KEY = PREVIOUS_KEY
    pair = refresh(signed(StoreRefreshToken.of(Session.objects.open(customer)), key=PREVIOUS_KEY)).json()

    for token in (pair["access"], pair["refresh"]):
        assert jwt.decode(token, settings.JWT_SIGNING_KEY, algorithms=["HS256"])["user_id"]


def test_foreign_key_is_refused_beside_the_previous_one(customer, call, refresh, signed, settings):
    settings.JWT_PREVIOUS_SIGNING_KEY = PREVIOUS_KEY
    token = StoreRefreshToken.of(Session.objects.open(customer))

    assert problem_of(call(signed(token.access_token, key=FOREIGN_KEY))) == REFUSED
    assert problem_of(refresh(signed(token, key=FOREIGN_KEY))) == REFUSED


def test_expired_token_of_the_previous_key_is_refused(customer, call, refresh, signed, settings):
    settings.JWT_PREVIOUS_SIGNING_KEY = PREVIOUS_KEY
    token = StoreRefreshToken.of(Session.objects.open(customer))
    past = int(datetime.now(UTC).timestamp()) - 60

    assert problem_of(call(signed(token.access_token, key=PREVIOUS_KEY, exp=past))) == EXPIRED
    assert problem_of(refresh(signed(token, key=PREVIOUS_KEY, exp=past))) == EXPIRED


def test_expired_token_of_the_present_key_is_told_as_such_beside_the_previous_one(
    customer, call, signed, settings
):
    settings.JWT_PREVIOUS_SIGNING_KEY = PREVIOUS_KEY
    token = StoreRefreshToken.of(Session.objects.open(customer))

    assert problem_of(call(signed(token.access_token, exp=1_000_000_000))) == EXPIRED


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_other_algorithm_is_refused(customer, call, refresh, signed, algorithm):
    token = StoreRefreshToken.of(Session.objects.open(customer))

    assert problem_of(call(signed(token.access_token, algorithm=algorithm))) == REFUSED
    assert problem_of(refresh(signed(token, algorithm=algorithm))) == REFUSED


def test_token_without_a_signature_is_refused(customer, call, refresh, signed):
    token = StoreRefreshToken.of(Session.objects.open(customer))

    assert problem_of(call(signed(token.access_token, key="", algorithm="none"))) == REFUSED
    assert problem_of(refresh(signed(token, key="", algorithm="none"))) == REFUSED


@pytest.mark.parametrize(
    "user_id",
    [None, "", "admin", True, [1], {"pk": 1}, -1, 1.0, "1.0", " 1", "٣", 2**63, 10**30, "9" * 500, "1;--"],
    ids=lambda user_id: repr(user_id)[:20],
)
def test_token_of_nobody_is_refused(customer, call, refresh, signed, user_id):
    token = StoreRefreshToken.of(Session.objects.open(customer))

    assert problem_of(call(signed(token.access_token, user_id=user_id))) == REFUSED
    assert problem_of(refresh(signed(token, user_id=user_id))) == REFUSED


ODD = ["soon", "", 1e300, 10**30, [1], {"is": 1}]


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": None},
        {"jti": None},
        {"jti": 1},
        {"token_type": None},
        {"token_type": "sliding"},
        {"sub": 1},
        {"sid": None},
        {"sid": "0" * 32 + "\0"},
        *[{name: value} for name in ("exp", "nbf", "iat", "sid", "token_type") for value in ODD],
    ],
    ids=lambda claims: repr(claims)[:40],
)
def test_token_whose_other_claims_are_wrong_is_refused(customer, call, refresh, signed, claims):
    token = StoreRefreshToken.of(Session.objects.open(customer))

    assert problem_of(call(signed(token.access_token, **claims))) == REFUSED
    assert problem_of(refresh(signed(token, **claims))) == REFUSED


@pytest.mark.parametrize("generation", [None, "0", True, 1.0, [0], {"is": 0}, 1, 2**70], ids=repr)
def test_refresh_token_of_no_generation_is_refused(customer, refresh, signed, generation):
    session = Session.objects.open(customer)

    answer = refresh(signed(StoreRefreshToken.of(session), gen=generation))

    assert problem_of(answer) == REFUSED
    session.refresh_from_db()
    assert (session.generation, session.ended_at) == (0, None)


@pytest.mark.parametrize(
    "headers",
    [{"kid": "../../dev/null"}, {"jku": "http://127.0.0.1:9/keys"}, {"jwk": {"kty": "oct"}}],
    ids=str,
)
def test_key_that_a_token_names_is_not_looked_for(customer, call, headers):
    claims = StoreRefreshToken.of(Session.objects.open(customer)).access_token.payload
    own = jwt.encode(claims, settings.JWT_SIGNING_KEY, "HS256", headers=headers)
    foreign = jwt.encode(claims, FOREIGN_KEY, "HS256", headers=headers)

    assert call(own).status_code == 200
    assert problem_of(call(foreign)) == REFUSED


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "RS256", "typ": "JWT"},
        {"alg": None},
        {"alg": ["HS256"]},
        {"alg": "HS256", "kid": 1},
        {"alg": "HS256", "crit": ["exp"]},
        {"alg": "hs256"},
        {},
        [],
        "HS256",
    ],
    ids=str,
)
def test_token_with_another_header_is_refused(customer, call, refresh, header):
    token = StoreRefreshToken.of(Session.objects.open(customer))

    assert problem_of(call(with_header(json.dumps(header), token.access_token))) == REFUSED
    assert problem_of(refresh(with_header(json.dumps(header), token))) == REFUSED


def test_token_of_a_thousand_brackets_is_refused(customer, call, refresh):
    token = StoreRefreshToken.of(Session.objects.open(customer))
    header = "[" * 2500

    assert problem_of(call(with_header(header, token.access_token))) == REFUSED
    assert problem_of(refresh(with_header(header, token))) == REFUSED


def with_header(header, token):
    """Return the token with another header, signed by our key as a thief of the key's name would wish."""
    text = base64.urlsafe_b64encode(header.encode()).rstrip(b"=").decode()
    signed = f"{text}.{str(token).split('.')[1]}"
    digest = hmac.new(settings.JWT_SIGNING_KEY.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def challenge(description):
    return f'Bearer realm="api", error="invalid_token", error_description="{description}"'
