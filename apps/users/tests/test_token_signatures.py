"""Tokens with another signature, algorithm, header or claim than those the store makes are refused."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import jwt
import pytest
from django.conf import settings

from apps.core.tests.answers import problem, problem_of
from apps.users.models import Session
from apps.users.tokens import StoreRefreshToken, pair_for

REFUSED = problem(401, "token_invalid", "The token is not valid.")
EXPIRED = problem(401, "token_expired", "The token has expired.")
pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(settings):
    """Return a function that signs a token of ours, with claims added or replaced; None takes one away."""

    def sign(token, *, key=settings.JWT_SIGNING_KEY, algorithm="HS256", **claims):
        payload = {**token.payload, **claims}
        payload = {name: value for name, value in payload.items() if value is not None}
        return jwt.encode(payload, key, algorithm=algorithm)

    return sign


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
