"""A forgotten password is set anew by who reads the mailbox."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail

from apps.core.tests.answers import problem, problem_of, refusal_of
from apps.core.tests.threads import at_once
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.users.models import User
from conftest import PASSWORD, signed_in
from tests.support.email_tokens import reset_token

RESET = "/api/v1/auth/password/reset/"
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
    body = {"token": token, "new_password": password}
    return api.post(f"{RESET}confirm/", body, headers={"accept-language": "en"})


def email_token() -> str:
    return re.search(r"^(?:Code|Код): (\S+)$", mail.outbox[-1].body, re.MULTILINE)[1]


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
