"""A refresh token works once. A lost response can be repeated; reusing a token later ends the session."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from rest_framework.test import APIClient

from apps.core.tests.answers import problem, problem_of
from apps.core.tests.threads import at_once
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.users.models import Session
from apps.users.tokens import StoreRefreshToken, pair_for

URL = "/api/v1/auth/refresh/"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
REVOKED = problem(401, "session_revoked", "The session has ended. Log in again.")
INVALID = problem(401, "token_invalid", "The token is not valid.")
HANDS, ROUNDS = 8, 10

pytestmark = pytest.mark.django_db


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def refresh(token, **headers):
    client = APIClient()
    return client.post(URL, {"refresh": token}, headers={"accept-language": "en", **headers})


def opens(access):
    response = APIClient().get("/api/v1/orders/", HTTP_AUTHORIZATION=f"Bearer {access}")
    return response.status_code == 200


def test_each_refresh_gives_another_token_of_the_same_session(customer, noon):
    first = pair_for(customer)["refresh"]
    second = refresh(first).json()["refresh"]
    third = refresh(second).json()["refresh"]

    assert len({first, second, third}) == 3
    tokens = [StoreRefreshToken(token) for token in (first, second, third)]
    assert {token["sid"] for token in tokens} == {str(Session.objects.get().pk)}
    assert [token["gen"] for token in tokens] == [0, 1, 2]
    assert len({token["jti"] for token in tokens}) == 3


def test_no_token_is_stored(customer):
    token = pair_for(customer)["refresh"]

    row = repr(Session.objects.values().get())

    assert token not in row
    assert StoreRefreshToken(token)["jti"] not in row
    assert token.rpartition(".")[2] not in row


def test_answer_that_was_lost_is_given_again_for_thirty_seconds(customer, noon):
    first = pair_for(customer)["refresh"]
    noon.shift(timedelta(hours=1))
    second = refresh(first).json()
    noon.shift(timedelta(seconds=30))

    again = refresh(first)

    assert again.status_code == 200
    assert again.json()["refresh"] == second["refresh"]
    assert opens(again.json()["access"])
    assert opens(second["access"])
    assert refresh(second["refresh"]).status_code == 200
    assert Session.objects.get().generation == 2


def test_token_that_comes_again_later_ends_the_session(customer, noon):
    first = pair_for(customer)["refresh"]
    second = refresh(first).json()
    noon.shift(timedelta(seconds=30, microseconds=1))

    answer = refresh(first)

    assert problem_of(answer) == REVOKED
    assert answer["WWW-Authenticate"] == (
        'Bearer realm="api", error="invalid_token", error_description="The session has ended"'
    )
    session = Session.objects.get()
    assert (session.ended_because, session.ended_at, session.generation) == ("reuse", noon_plus(30, 1), 1)
    assert problem_of(refresh(second["refresh"])) == REVOKED
    assert not opens(second["access"])


def test_token_before_the_last_one_ends_the_session_at_once(customer, noon):
    first = pair_for(customer)["refresh"]
    refresh(refresh(first).json()["refresh"])

    assert problem_of(refresh(first)) == REVOKED
    assert Session.objects.get().ended_because == "reuse"


def test_reuse_leaves_other_sessions_alone(customer, other_customer, noon):
    others = [pair_for(user)["refresh"] for user in (customer, other_customer)]
    first = pair_for(customer)["refresh"]
    refresh(first)
    noon.shift(timedelta(minutes=1))
    refresh(first)

    assert [refresh(token).status_code for token in others] == [200, 200]


@pytest.mark.parametrize(
    ("language", "subject", "text"),
    [
        ("en", "You have been logged out on one device", "Device: Anna's phone\n"),
        ("ru", "Мы завершили один из ваших сеансов", "Устройство: Anna's phone\n"),
    ],
)
def test_owner_is_written_to_once_after_a_reuse(customer, noon, settings, language, subject, text):
    settings.STORE_NAME = "Online Store"
    customer.email_verified_at = timezone.now()
    customer.save()
    first = pair_for(customer, device="Anna's phone")["refresh"]
    refresh(first)
    noon.shift(timedelta(minutes=1))
    for _try in range(3):
        refresh(first, **{"accept-language": language})

    assert run_due_jobs() == 1
    [message] = mail.outbox
    assert (message.to, message.subject) == ([customer.email], subject)
    assert message.body.startswith({"en": "Hello!", "ru": "Здравствуйте!"}[language])
    assert text in message.body
    assert first not in message.body


def test_refused_token_orders_no_email(customer, noon):
    session = Session.objects.open(customer)
    token = str(StoreRefreshToken.of(session))
    Session.objects.filter(pk=session.pk).end("logout")

    assert problem_of(refresh(token)) == REVOKED
    assert not Job.objects.exists()
    assert Session.objects.get().ended_because == "logout"


def test_session_that_is_not_used_for_fourteen_days_is_over(customer, noon):
    token = pair_for(customer)["refresh"]
    noon.shift(timedelta(days=14, seconds=-1))
    used = refresh(token).json()["refresh"]
    noon.shift(timedelta(days=14))

    assert refresh(used).json()["code"] == "token_expired"


def test_session_ends_after_sixty_days_however_often_it_is_used(customer, noon):
    token = pair_for(customer)["refresh"]
    for _week in range(8):
        noon.shift(timedelta(days=7))
        token = refresh(token).json()["refresh"]
    noon.move_to(NOON + timedelta(days=60, seconds=-1))
    last = refresh(token).json()
    assert opens(last["access"])

    noon.move_to(NOON + timedelta(days=60))

    assert refresh(last["refresh"]).json()["code"] == "token_expired"
    assert not opens(last["access"])


def test_refresh_notes_time_and_address(customer, noon):
    token = pair_for(customer, device="phone", ip="192.0.2.1")["refresh"]
    noon.shift(timedelta(hours=1))

    APIClient(REMOTE_ADDR="2001:db8::7").post(URL, {"refresh": token})

    session = Session.objects.get()
    assert (session.ip, session.last_used_at) == ("2001:db8::7", NOON + timedelta(hours=1))
    assert (session.device, session.created_at) == ("phone", NOON)


def test_token_from_before_a_restored_backup_ends_nothing(customer, noon):
    session = Session.objects.open(customer)
    token = refresh(str(StoreRefreshToken.of(session))).json()["refresh"]
    Session.objects.filter(pk=session.pk).update(generation=0)

    assert problem_of(refresh(token)) == INVALID
    assert Session.objects.live().exists()


@pytest.mark.django_db(transaction=True)
def test_many_refreshes_of_one_token_at_once_give_one_successor(customer):
    for _round in range(ROUNDS):
        token = pair_for(customer)["refresh"]

        answers = at_once(HANDS, lambda hand, token=token: refresh(token))

        assert [answer.status_code for answer in answers] == [200] * HANDS
        assert len({answer.json()["refresh"] for answer in answers}) == 1
        session = Session.objects.latest("created_at")
        assert (session.generation, session.ended_at) == (1, None)
    assert not Job.objects.exists()


def noon_plus(seconds, microseconds):
    return NOON + timedelta(seconds=seconds, microseconds=microseconds)
