"""A password is changed by who knows it, or set anew by who reads the mailbox; sessions end by that."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import call_command
from django.urls import reverse

from apps.core.tests.answers import problem, problem_of, refusal_of
from apps.core.tests.threads import at_once
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.users.exceptions import InvalidCredentials
from apps.users.models import Session, User
from apps.users.sessions import log_in
from conftest import PASSWORD, signed_in
from tests.support.email_tokens import reset_token

CHANGE, RESET, CONFIRM = (f"/api/v1/auth/password/{path}/" for path in ("change", "reset", "reset/confirm"))
NEW = "another-horse-entirely"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
INVALID = problem(400, "mailed_token_invalid", "The code is invalid or has expired. Request a new one.")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings):
    settings.STORE_NAME = "Online Store"
    settings.STORE_URL = "https://store.example"


def knows(user: User, password: str) -> bool:
    return get_user_model().objects.get(pk=user.pk).check_password(password)


def confirm(api, token, password=NEW):
    return api.post(CONFIRM, {"token": token, "new_password": password}, headers={"accept-language": "en"})


def email_token() -> str:
    return re.search(r"^(?:Code|Код): (\S+)$", mail.outbox[-1].body, re.MULTILINE)[1]


# --- Changing


def test_password_is_changed_and_the_other_sessions_end(customer, other_customer_api):
    phone, laptop = signed_in(customer), signed_in(customer)

    response = phone.post(CHANGE, {"old_password": PASSWORD, "new_password": NEW})

    assert (response.status_code, response.content) == (204, b"")
    assert knows(customer, NEW)
    codes = [client.get("/api/v1/auth/me/").status_code for client in (phone, laptop, other_customer_api)]
    assert codes == [200, 401, 200]
    assert list(customer.sessions.order_by("created_at").values_list("ended_because", flat=True)) == [
        "",
        "password_change",
    ]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"old_password": "wrong-horse", "new_password": NEW}, [("wrong_password", "/old_password")]),
        ({"old_password": PASSWORD, "new_password": "12345"}, None),
        ({"old_password": PASSWORD, "new_password": "a" * 129}, [("max_length", "/new_password")]),
        ({"new_password": NEW}, [("required", "/old_password")]),
    ],
)
def test_wrong_or_weak_password_changes_nothing(customer, body, errors):
    phone, laptop = signed_in(customer), signed_in(customer)

    status, code, found = refusal_of(phone.post(CHANGE, body))

    assert (status, code) == (400, "validation_error")
    assert found == errors or {pointer for _code, pointer in found} == {"/new_password"}
    assert knows(customer, PASSWORD)
    assert laptop.get("/api/v1/auth/me/").status_code == 200


# --- Changing by other ways


def admin_sets(user: User, client, staff: User, **values) -> None:
    client.force_login(staff)
    address = reverse("admin:auth_user_password_change", args=[user.pk])
    assert client.post(address, {"password1": NEW, "password2": NEW, **values}).status_code == 302


def test_password_set_in_the_admin_ends_all_sessions(client, staff, customer):
    api = signed_in(customer)

    admin_sets(customer, client, staff, usable_password="true")

    assert knows(customer, NEW)
    assert api.get("/api/v1/auth/me/").json()["code"] == "session_revoked"
    assert customer.sessions.get().ended_because == "password_change"


def test_password_taken_away_in_the_admin_ends_all_sessions(client, staff, customer):
    api = signed_in(customer)

    admin_sets(customer, client, staff, usable_password="false", **{"unset-password": "yes"})

    assert api.get("/api/v1/auth/me/").json()["code"] == "session_revoked"


def test_password_changed_on_the_command_line_ends_all_sessions(customer, monkeypatch):
    api = signed_in(customer)
    monkeypatch.setattr("getpass.getpass", lambda prompt: NEW)

    call_command("changepassword", customer.username, verbosity=0)

    assert knows(customer, NEW)
    assert api.get("/api/v1/auth/me/").json()["code"] == "session_revoked"


def test_deactivation_ends_all_sessions_for_good(customer):
    api = signed_in(customer)
    customer.is_active = False
    customer.save()
    customer.is_active = True
    customer.save()

    assert api.get("/api/v1/auth/me/").json()["code"] == "session_revoked"
    assert customer.sessions.get().ended_because == "deactivated"


def test_other_changes_and_a_renewed_hash_end_nothing(customer, settings):
    api = signed_in(customer)
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]

    customer.first_name = "Anna"
    customer.save()
    log_in(username=customer.username, password=PASSWORD)

    customer.refresh_from_db()
    assert customer.password.startswith("scrypt$")
    assert api.get("/api/v1/auth/me/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_login_beside_a_change_of_the_password_leaves_no_session_of_the_old_one(customer):
    def act(hand: int) -> None:
        if hand:
            with suppress(InvalidCredentials):
                log_in(username=customer.username, password=PASSWORD)
        else:
            user = User.objects.get(pk=customer.pk)
            user.set_password(NEW)
            user.save()

    at_once(6, act)

    assert knows(customer, NEW)
    assert not Session.objects.live().exists()


# --- Forgetting


@pytest.mark.parametrize(
    ("language", "subject", "text"),
    [
        (
            "en",
            "Set a new password",
            "Hello!\n\nUse this code within an hour to set a new password. "
            "If you did not request it, ignore this e-mail.\n\nCode: {token}\n",
        ),
        (
            "ru",
            "Новый пароль",
            "Здравствуйте!\n\nЧтобы задать новый пароль, введите этот код в течение часа. "
            "Если вы не просили об этом, не обращайте внимания на письмо.\n\nКод: {token}\n",
        ),
    ],
)
def test_token_is_mailed_in_the_language_of_the_request(api, customer, language, subject, text):
    response = api.post(RESET, {"email": customer.email.upper()}, headers={"accept-language": language})
    run_due_jobs()

    assert (response.status_code, response.content) == (202, b"")
    [message] = mail.outbox
    assert (message.to, message.subject) == ([customer.email], subject)
    expected = text.format(name=customer.username, token=email_token())
    assert message.body.strip() == f"{expected}\nOnline Store\nhttps://store.example"


def test_link_leads_to_the_app_where_there_is_one(api, customer, settings):
    settings.STORE_APP_URL = "https://app.example"
    api.post(RESET, {"email": customer.email})
    run_due_jobs()

    assert f":\nhttps://app.example/password-reset?token={email_token()}\n\n" in mail.outbox[0].body


def test_whether_anybody_has_the_address_the_answer_and_the_work_are_the_same(
    api, customer, django_assert_num_queries
):
    answers = []
    for email in (customer.email, "nobody@example.com"):
        with django_assert_num_queries(4):  # whose it is; savepoint, job, release
            answers.append(api.post(RESET, {"email": email}))
    run_due_jobs()

    known, unknown = answers
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (202, b"")
    assert known.headers.keys() == unknown.headers.keys()
    assert [message.to for message in mail.outbox] == [[customer.email]]
    assert Job.objects.filter(status="done").count() == 2


@pytest.mark.parametrize("values", [{"is_active": False}, {"password": None}], ids=str)
def test_nothing_is_mailed_to_who_could_not_log_in(api, make_user, values):
    api.post(RESET, {"email": make_user(**values).email})

    assert run_due_jobs() == 1
    assert mail.outbox == []


def test_no_token_and_no_address_is_stored(api, customer):
    api.post(RESET, {"email": customer.email})
    api.post(RESET, {"email": "nobody@example.com"})
    run_due_jobs()

    assert list(Job.objects.order_by("pk").values_list("arguments", flat=True)) == [
        {"user_id": customer.pk, "language": "ru"},
        {"user_id": None, "language": "ru"},
    ]


def test_mailed_token_sets_a_password_once_and_ends_all_sessions(api, customer):
    phone = signed_in(customer)
    api.post(RESET, {"email": customer.email})
    run_due_jobs()

    first = confirm(api, email_token())
    second = confirm(api, email_token(), "a-third-horse-entirely")

    assert (first.status_code, first.content) == (204, b"")
    assert problem_of(second) == INVALID
    assert knows(customer, NEW)
    assert phone.get("/api/v1/auth/me/").json()["code"] == "session_revoked"
    assert customer.sessions.get().ended_because == "password_reset"


def test_token_is_good_for_an_hour(api, customer):
    with time_machine.travel(NOON, tick=False) as traveller:
        token = reset_token(customer)
        traveller.shift(timedelta(hours=1, seconds=1))
        too_late = confirm(api, token)
        traveller.move_to(NOON + timedelta(hours=1))
        in_time = confirm(api, token)

    assert problem_of(too_late) == INVALID
    assert in_time.status_code == 204


def test_weak_password_leaves_the_token_good(api, customer):
    token = reset_token(customer)

    weak = confirm(api, token, "12345")

    assert {pointer for _code, pointer in refusal_of(weak)[2]} == {"/new_password"}
    assert confirm(api, token).status_code == 204


def test_token_of_one_is_none_of_another_and_garbage_is_none(api, customer, other_customer):
    token = reset_token(customer)
    secret = token.partition(":")[2]
    garbage = [
        f"{other_customer.pk}:{secret}",
        f"0{customer.pk}:{secret}",
        f"{token}x",
        f":{secret}",
        secret,
        "1",
        "a:b:c",
        "9" * 500,
        f"{customer.pk}:{'z' * 900}",
        "٣:a:b",
        "é",
    ]

    answers = [problem_of(confirm(api, text)) for text in garbage]

    assert answers == [INVALID] * len(garbage)
    assert knows(customer, PASSWORD)
    assert knows(other_customer, PASSWORD)


def test_token_is_worth_nothing_after_a_change_of_password_or_address_or_deactivation(api, make_user):
    def changed(**values) -> str:
        user = make_user()
        token = reset_token(user)
        User.objects.filter(pk=user.pk).update(**values)
        return problem_of(confirm(api, token))["code"]

    assert changed(email="moved@example.com") == "mailed_token_invalid"
    assert changed(password="md5$salt$hash") == "mailed_token_invalid"
    assert changed(is_active=False) == "mailed_token_invalid"


@pytest.mark.django_db(transaction=True)
def test_token_that_many_use_at_once_is_used_by_one(api, customer):
    token = reset_token(customer)
    client = type(api)

    statuses = at_once(6, lambda hand: confirm(client(), token, f"{NEW}-{hand}").status_code)

    assert sorted(statuses) == [204, *[400] * 5]
