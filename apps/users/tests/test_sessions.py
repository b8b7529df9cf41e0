"""A login opens a session; its owner sees where they are logged in, and ends what they like."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from apps.core.tests.answers import on_the_wire, problem, problem_of
from apps.jobs.tasks import maintenance
from apps.users.models import Session
from apps.users.tokens import StoreAccessToken, StoreRefreshToken, pair_for
from conftest import PASSWORD, signed_in

LOGIN, LOGOUT, LOGOUT_ALL = "/api/v1/auth/login/", "/api/v1/auth/logout/", "/api/v1/auth/logout-all/"
LIST = "/api/v1/auth/sessions/"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
REVOKED = problem(401, "session_revoked", "The session has ended. Log in again.")

pytestmark = pytest.mark.django_db


def session_of(client):
    token = client._credentials["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    return Session.objects.get(pk=StoreAccessToken(token, verify=False)["sid"])


def calls(client):
    return client.get("/api/v1/orders/", headers={"accept-language": "en"})


# --- Opening


@pytest.mark.parametrize(
    ("body", "agent", "device"),
    [
        ({"device_name": "Anna's phone"}, "Store/1.0", "Anna's phone"),
        ({"device_name": " Телефон\tАнны\n"}, "", "Телефон Анны"),
        ({"device_name": "\u202e\u200bphone 📱"}, "", "phone 📱"),
        ({"device_name": ""}, "Store/1.0 (iOS)", "Store/1.0 (iOS)"),
        ({}, "Store/1.0 (iOS)", "Store/1.0 (iOS)"),
        ({}, "a" * 5000, "a" * 200),
        ({}, "\x01caf\xe9\x7f ", "café"),
        ({}, "", ""),
    ],
)
def test_login_notes_device_and_address(customer, body, agent, device):
    login = {"username": customer.username, "password": PASSWORD, **body}

    response = APIClient(REMOTE_ADDR="192.0.2.7").post(LOGIN, login, HTTP_USER_AGENT=agent)

    assert response.status_code == 200
    session = customer.sessions.get()
    assert (session.device, session.ip, session.generation) == (device, "192.0.2.7", 0)
    assert StoreAccessToken(response.json()["access"])["sid"] == str(session.pk)


def test_address_that_is_not_known_is_none(customer):
    login = {"username": customer.username, "password": PASSWORD}

    response = APIClient(REMOTE_ADDR="").post(LOGIN, login)

    assert response.status_code == 200
    assert customer.sessions.get().ip is None


@pytest.mark.parametrize(
    ("name", "code"), [("a" * 201, "max_length"), (1, "invalid"), (None, "null"), (["phone"], "invalid")]
)
def test_device_name_that_is_none_is_refused(api, customer, name, code):
    login = {"username": customer.username, "password": PASSWORD, "device_name": name}

    response = api.post(LOGIN, login)

    assert [error["code"] for error in response.json()["errors"]] == [code]
    assert not Session.objects.exists()


def test_refused_login_opens_nothing(api, customer):
    response = api.post(LOGIN, {"username": customer.username, "password": "wrong-horse"})

    assert response.status_code == 401
    assert not Session.objects.exists()


# --- Looking


def test_owner_sees_the_live_sessions_the_last_used_first(customer, other_customer):
    with time_machine.travel(NOON, tick=False) as traveller:
        Session.objects.open(other_customer)
        Session.objects.filter(pk=Session.objects.open(customer).pk).end("logout")
        phone = Session.objects.open(customer, device="phone", ip="192.0.2.1")
        traveller.shift(timedelta(hours=1))
        client = signed_in(customer)

        response = client.get(LIST)

    own = session_of(client)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response.json() == {
        "count": 2,
        "next": None,
        "previous": None,
        "results": [
            {
                "id": str(own.pk),
                "device": "",
                "ip": None,
                "created_at": on_the_wire(NOON + timedelta(hours=1)),
                "last_used_at": on_the_wire(NOON + timedelta(hours=1)),
                "is_current": True,
            },
            {
                "id": str(phone.pk),
                "device": "phone",
                "ip": "192.0.2.1",
                "created_at": on_the_wire(NOON),
                "last_used_at": on_the_wire(NOON),
                "is_current": False,
            },
        ],
    }


@pytest.mark.parametrize("others", [1, 3])
def test_list_takes_as_many_queries_whatever_its_length(customer, others, django_assert_num_queries):
    for _number in range(others):
        Session.objects.open(customer)
    client = signed_in(customer)

    with django_assert_num_queries(3):  # user, count, rows
        assert client.get(LIST).json()["count"] == others + 1


def test_list_has_pages(customer):
    for _number in range(4):
        Session.objects.open(customer)

    page = signed_in(customer).get(LIST, {"page_size": 2, "page": 3}).json()

    assert (page["count"], len(page["results"]), page["next"]) == (5, 1, None)


# --- Ending


def test_logging_out_ends_the_session_of_the_request_only(customer):
    phone, laptop = signed_in(customer), signed_in(customer)
    ended = session_of(phone)

    response = phone.post(LOGOUT)

    assert (response.status_code, response.content) == (204, b"")
    assert problem_of(calls(phone)) == REVOKED
    assert calls(laptop).status_code == 200
    ended.refresh_from_db()
    assert ended.ended_because == "logout"


def test_refresh_token_is_worth_nothing_after_the_logout(api, customer):
    session = Session.objects.open(customer)
    token = StoreRefreshToken.of(session)
    api.post(LOGOUT, HTTP_AUTHORIZATION=f"Bearer {token.access_token}")

    response = api.post("/api/v1/auth/refresh/", {"refresh": str(token)}, headers={"accept-language": "en"})

    assert problem_of(response) == REVOKED


def test_logging_out_everywhere_ends_all_sessions_of_the_user(customer, other_customer_api):
    phone, laptop = signed_in(customer), signed_in(customer)

    response = phone.post(LOGOUT_ALL)

    assert (response.status_code, response.content) == (204, b"")
    assert [calls(client).status_code for client in (phone, laptop, other_customer_api)] == [401, 401, 200]
    assert set(customer.sessions.values_list("ended_because", flat=True)) == {"logout_all"}


def test_session_on_another_device_is_ended(customer):
    phone, laptop = signed_in(customer), signed_in(customer)
    lost = session_of(phone)

    response = laptop.delete(f"{LIST}{lost.pk}/")

    assert (response.status_code, response.content) == (204, b"")
    assert problem_of(calls(phone)) == REVOKED
    assert calls(laptop).status_code == 200
    lost.refresh_from_db()
    assert lost.ended_because == "revoked"


def test_own_session_can_be_ended_like_any_other(customer):
    client = signed_in(customer)

    assert client.delete(f"{LIST}{session_of(client).pk}/").status_code == 204
    assert problem_of(calls(client)) == REVOKED


def test_session_of_somebody_else_or_of_nobody_or_an_ended_one_is_not_there(customer, other_customer):
    theirs, over = Session.objects.open(other_customer), Session.objects.open(customer)
    Session.objects.filter(pk=over.pk).end("logout")
    client = signed_in(customer)

    bodies = [
        problem_of(client.delete(f"{LIST}{session_id}/"))
        for session_id in (theirs.pk, over.pk, uuid.uuid4(), "1", "not-a-uuid")
    ]

    assert {(body["status"], body["code"]) for body in bodies} == {(404, "not_found")}
    assert bodies[0] == bodies[1] == bodies[2]
    theirs.refresh_from_db()
    over.refresh_from_db()
    assert (theirs.ended_at, over.ended_because) == (None, "logout")


def test_token_of_a_session_of_somebody_else_opens_nothing(api, customer, other_customer):
    token = StoreRefreshToken.of(Session.objects.open(customer)).access_token
    token["user_id"] = str(other_customer.pk)

    response = api.get(
        "/api/v1/orders/", HTTP_AUTHORIZATION=f"Bearer {token}", headers={"accept-language": "en"}
    )

    assert problem_of(response) == REVOKED


def test_sessions_whose_tokens_are_expired_are_deleted(customer):
    with time_machine.travel(NOON, tick=False) as traveller:
        Session.objects.open(customer)
        traveller.shift(timedelta(seconds=1))
        kept = {Session.objects.open(customer), Session.objects.open(customer)}
        Session.objects.filter(pk=next(iter(kept)).pk).end("logout")
        traveller.move_to(NOON + timedelta(days=14))

        maintenance()

    assert set(Session.objects.all()) == kept


def test_pair_for_opens_a_session(customer):
    pair = pair_for(customer)

    assert StoreAccessToken(pair["access"]).session_id == customer.sessions.get().pk
