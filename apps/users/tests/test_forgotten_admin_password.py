"""Staff who forgot their password ask for a code on the login page, and set a new one with it."""

import re

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from apps.audit.models import AuditEntry
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.users.models import User
from conftest import PASSWORD, signed_in
from online_store.env.values import Rate
from tests.support.email_tokens import reset_token

LOGIN, ASK, CONFIRM = (
    reverse(f"admin:{page}") for page in ("login", "password_reset", "password_reset_confirm")
)
API_ASK, API_CONFIRM = "/api/v1/auth/password/reset/", "/api/v1/auth/password/reset/confirm/"
NEW = "another-horse-entirely"
ENGLISH = {"accept-language": "en"}
SENT = "If this address belongs to a staff account, we have sent it a code. The code works for an hour."

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(make_user):
    return make_user(email="clerk@example.com", password=PASSWORD, is_staff=True)


def ask(client, email):
    return client.post(ASK, {"email": email}, headers=ENGLISH)


def confirm(client, token, password=NEW, again=None):
    form = {"token": token, "new_password": password, "new_password_again": again or password}
    return client.post(CONFIRM, form, headers=ENGLISH)


def errors_of(response):
    with translation.override("en"):
        return {field: list(errors) for field, errors in response.context["form"].errors.items()}


def knows(user, password):
    return User.objects.get(pk=user.pk).check_password(password)


def test_staff_come_back_by_the_link_of_the_login_and_the_mailed_code(client, clerk, settings):
    settings.STORE_URL = "https://store.example"
    phone = signed_in(clerk)
    assert f'<a href="{ASK}">' in client.get(LOGIN).text

    asked = ask(client, "Clerk@Example.com")
    run_due_jobs()
    code = re.search(r"^Code: (\S+)$", mail.outbox[0].body, re.MULTILINE)[1]
    told = client.get(CONFIRM)
    done = confirm(client, f" {code} ")

    assert (asked.status_code, asked["Location"]) == (302, CONFIRM)
    assert [str(message) for message in get_messages(told.wsgi_request)] == [SENT]
    assert f"\n\nStaff enter it here: https://store.example{CONFIRM}\n" in mail.outbox[0].body
    assert (done.status_code, done["Location"]) == (302, LOGIN)
    assert knows(clerk, NEW)
    assert phone.get("/api/v1/auth/me/").json()["code"] == "session_revoked"
    entry = AuditEntry.objects.latest("pk")
    assert (entry.source, entry.actor_id) == ("admin", None)
    assert client.post(LOGIN, {"username": clerk.email, "password": NEW}).status_code == 302


def test_whether_anybody_has_the_address_the_page_does_not_tell(
    clerk, customer, make_user, django_assert_num_queries
):
    left = make_user(email="left@example.com", is_staff=True, is_active=False)
    answers = []
    for email in (clerk.email, customer.email, left.email, "nobody@example.com"):
        client = Client()
        with django_assert_num_queries(4):  # whose it is; savepoint, job, release
            answers.append(ask(client, email))
        answers[-1].page = client.get(CONFIRM, headers=ENGLISH).text
    run_due_jobs()

    assert {(answer.status_code, answer["Location"], answer.content) for answer in answers} == {
        (302, CONFIRM, b"")
    }
    assert {SENT in answer.page for answer in answers} == {True}
    assert [message.to for message in mail.outbox] == [[clerk.email]]


def test_customers_are_not_told_of_a_page_of_the_admin(api, customer):
    api.post(API_ASK, {"email": customer.email})
    run_due_jobs()

    assert "/admin/" not in mail.outbox[0].body


@pytest.mark.parametrize(
    ("password", "again", "errors"),
    [
        ("12345", None, {"new_password"}),
        (NEW, "another", {"new_password_again"}),
        ("a" * 129, None, {"new_password"}),
        ("", None, {"new_password", "new_password_again"}),
    ],
)
def test_unfit_password_is_told_and_leaves_the_code_good(client, clerk, password, again, errors):
    code = reset_token(clerk)

    response = confirm(client, code, password, again)

    assert response.status_code == 200
    assert errors_of(response).keys() == errors
    assert knows(clerk, PASSWORD)
    assert confirm(client, code).status_code == 302


def test_code_is_good_once_and_garbage_never(client, clerk):
    code = reset_token(clerk)
    assert confirm(client, code).status_code == 302

    refused = [confirm(client, text, "a-third-horse-entirely") for text in (code, "1:x:y", "nothing", "é")]

    told = {"token": ["This code is wrong or has expired. Request a new one."]}
    assert [errors_of(response) for response in refused] == [told] * 4
    assert knows(clerk, NEW)


def test_asking_in_the_admin_and_by_the_api_is_counted_together(client, api, clerk, settings):
    settings.THROTTLES = {**settings.THROTTLES, "password_reset": Rate(2, 3600)}
    assert ask(client, clerk.email).status_code == 302
    assert api.post(API_ASK, {"email": clerk.email}).status_code == 202

    refused = ask(client, clerk.email)

    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert errors_of(refused) == {"__all__": ["Too many requests. Try again later."]}
    assert api.post(API_ASK, {"email": clerk.email}).status_code == 429
    assert Job.objects.count() == 2


def test_codes_are_tried_no_more_often_than_by_the_api(client, api, clerk, settings):
    settings.THROTTLES = {**settings.THROTTLES, "address": Rate(2, 60)}
    confirm(client, "1:x:y")
    api.post(API_CONFIRM, {"token": "1:x:y", "new_password": NEW})

    assert confirm(client, reset_token(clerk)).status_code == 429
    assert knows(clerk, PASSWORD)


def test_mailbox_gets_no_more_than_its_limit(client, clerk, settings):
    settings.THROTTLES = {**settings.THROTTLES, "mailbox": Rate(2, 86_400)}
    for _time in range(4):
        ask(client, clerk.email)
    run_due_jobs()

    assert len(mail.outbox) == 2


@pytest.mark.parametrize("page", [ASK, CONFIRM])
def test_pages_are_not_kept_and_take_no_forged_form(page):
    strict = Client(enforce_csrf_checks=True)

    assert "no-store" in strict.get(page)["Cache-Control"]
    assert strict.post(page, {}).status_code == 403


def test_login_says_that_it_takes_a_name_or_an_address(client):
    english, russian = (client.get(LOGIN, headers={"accept-language": name}).text for name in ("en", "ru"))

    assert ">Username or e-mail:</label>" in english
    assert ">Имя пользователя или адрес почты:</label>" in russian
    assert 'maxlength="254"' in english


def test_who_is_no_staff_is_told_so_in_plain_words(client, customer):
    response = client.post(LOGIN, {"username": customer.email, "password": PASSWORD}, headers=ENGLISH)

    assert errors_of(response) == {
        "__all__": ["No staff account has this username or e-mail address and this password."]
    }
