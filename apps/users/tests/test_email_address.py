"""An e-mail address is the account's once its owner has confirmed it, by a token that was mailed to it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from apps.core.tests.answers import problem, problem_of, refusal_of
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.users.models import User
from conftest import PASSWORD, signed_in
from tests.support.email_tokens import address_token, reset_token

ME, VERIFY, RESEND, CHANGE = (
    f"/api/v1/auth/{path}/" for path in ("me", "email/verify", "email/verify/resend", "email/change")
)
NEW = "moved@example.com"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
INVALID = problem(400, "mailed_token_invalid", "The code is invalid or has expired. Request a new one.")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings):
    settings.STORE_NAME = "Online Store"
    settings.STORE_URL = "https://store.example"


def verify(api, token):
    return api.post(VERIFY, {"token": token}, headers={"accept-language": "en"})


def ask_for(client, email, password=PASSWORD):
    body = {"password": password, "new_email": email}
    return client.post(CHANGE, body, headers={"accept-language": "en"})


def token_to(recipient: str) -> str:
    body = next(message.body for message in reversed(mail.outbox) if message.to == [recipient])
    return re.search(r"^(?:Code|Код): (\S+)$", body, re.MULTILINE)[1]


# --- Confirming


@pytest.mark.parametrize(
    ("language", "subject", "text"),
    [
        (
            "en",
            "Confirm your e-mail address",
            "Hello!\n\nUse this code within three days to confirm your e-mail address. "
            "If you did not sign up with us, ignore this e-mail.\n\nCode: {token}\n",
        ),
        (
            "ru",
            "Подтвердите адрес почты",
            "Здравствуйте!\n\nЧтобы подтвердить адрес почты, введите этот код в течение трёх дней. "
            "Если вы у нас не регистрировались, не обращайте внимания на письмо.\n\nКод: {token}\n",
        ),
    ],
)
def test_who_registers_is_mailed_a_token_that_confirms_the_address(api, language, subject, text):
    account = {"username": "anna", "email": "anna@example.com", "password": PASSWORD}
    api.post("/api/v1/auth/register/", account, headers={"accept-language": language})
    run_due_jobs()

    [message] = mail.outbox
    token = token_to("anna@example.com")
    assert message.subject == subject
    assert message.body.strip() == f"{text.format(token=token)}\nOnline Store\nhttps://store.example"
    anna = User.objects.get()
    assert signed_in(anna).get(ME).json()["email_verified"] is False

    response = verify(api, token)

    assert (response.status_code, response.content) == (204, b"")
    assert signed_in(anna).get(ME).json()["email_verified"] is True


def test_refused_registration_mails_nothing(api, customer):
    account = {"username": "anna", "email": customer.email, "password": PASSWORD}

    assert api.post("/api/v1/auth/register/", account).status_code == 400
    assert not Job.objects.exists()


def test_link_leads_to_the_app_where_there_is_one(customer, customer_api, settings):
    settings.STORE_APP_URL = "https://app.example"
    customer_api.post(RESEND)
    run_due_jobs()

    token = token_to(customer.email)
    assert f":\nhttps://app.example/verify-email?token={token}\n\nКод: " in mail.outbox[0].body


def test_token_is_sent_again_until_the_address_is_confirmed(api, customer, customer_api):
    answers = [customer_api.post(RESEND), customer_api.post(RESEND)]
    run_due_jobs()
    verify(api, token_to(customer.email))
    answers.append(customer_api.post(RESEND))
    run_due_jobs()

    assert [(answer.status_code, answer.content) for answer in answers] == [(202, b"")] * 3
    assert [message.to for message in mail.outbox] == [[customer.email]] * 2


def test_email_that_waits_while_the_address_is_confirmed_is_not_sent(customer, customer_api):
    customer_api.post(RESEND)
    User.objects.filter(pk=customer.pk).update(email_verified_at=timezone.now())

    assert run_due_jobs() == 1
    assert mail.outbox == []


def test_token_is_good_for_three_days_and_once(api, customer):
    with time_machine.travel(NOON, tick=False) as traveller:
        token = address_token(customer, customer.email)
        traveller.shift(timedelta(days=3, seconds=1))
        too_late = verify(api, token)
        traveller.move_to(NOON + timedelta(days=3))
        in_time = verify(api, token)
        again = verify(api, token)

    assert problem_of(too_late) == problem_of(again) == INVALID
    assert in_time.status_code == 204


def test_garbage_and_other_tokens_confirm_nothing(api, customer, other_customer):
    token = address_token(customer, customer.email)
    texts = [
        token[:-1],
        f"x{token}",
        "a:b:c",
        ":::",
        "é",
        "0",
        reset_token(customer),
        address_token(customer, "other@example.com"),
        address_token(customer, other_customer.email),
        address_token(customer, ""),
        address_token(User(pk=2**60), customer.email),
    ]

    assert [problem_of(verify(api, text)) for text in texts] == [INVALID] * len(texts)
    assert not User.objects.exclude(email_verified_at=None).exists()


def test_token_of_a_deactivated_user_confirms_nothing(api, make_user):
    user = make_user(is_active=False)

    assert problem_of(verify(api, address_token(user, user.email))) == INVALID


# --- Changing


def test_new_address_is_the_account_s_once_it_is_confirmed_there(api, customer, customer_api):
    old = customer.email
    User.objects.filter(pk=customer.pk).update(email_verified_at=timezone.now())

    response = ask_for(customer_api, "Moved@EXAMPLE.com")
    run_due_jobs()

    assert (response.status_code, response.content) == (202, b"")
    assert customer_api.get(ME).json()["email"] == old
    assert {message.to[0]: message.subject for message in mail.outbox} == {
        "Moved@example.com": "Confirm your new e-mail address",
        old: "Your e-mail address is about to change",
    }
    notice = next(message.body for message in mail.outbox if message.to == [old])
    assert notice.startswith("Hello!\n\nSomeone who knows your password has asked")
    assert "oved@" not in notice

    assert verify(api, token_to("Moved@example.com")).status_code == 204
    account = customer_api.get(ME).json()
    assert (account["email"], account["email_verified"]) == ("Moved@example.com", True)
    login = {"username": "moved@example.com", "password": PASSWORD}
    assert api.post("/api/v1/auth/login/", login).status_code == 200


def test_notice_reaches_the_old_address_even_when_it_is_late(api, customer, customer_api):
    old = customer.email
    ask_for(customer_api, NEW)
    verify(api, address_token(customer, NEW))

    run_due_jobs()

    assert [message.to for message in mail.outbox] == [[old]]


def test_address_asked_for_last_is_the_one_that_counts(api, customer, customer_api):
    ask_for(customer_api, "first@example.com")
    run_due_jobs()
    ask_for(customer_api, "second@example.com")
    run_due_jobs()

    assert problem_of(verify(api, token_to("first@example.com"))) == INVALID
    assert verify(api, token_to("second@example.com")).status_code == 204
    assert customer_api.get(ME).json()["email"] == "second@example.com"


@pytest.mark.parametrize(
    ("email", "password", "error"),
    [
        (NEW, "wrong-horse", ("wrong_password", "/password")),
        ("TAKEN@example.com", PASSWORD, ("email_taken", "/new_email")),
        ("MINE@example.com", PASSWORD, ("email_unchanged", "/new_email")),
        ("no address", PASSWORD, ("invalid", "/new_email")),
        (f"{'a' * 250}@example.com", PASSWORD, ("max_length", "/new_email")),
    ],
)
def test_refused_change_changes_and_mails_nothing(customer, customer_api, make_user, email, password, error):
    make_user(email="taken@example.com")
    User.objects.filter(pk=customer.pk).update(email="mine@example.com", email_key="mine@example.com")

    response = ask_for(customer_api, email, password)

    assert error in refusal_of(response)[2]
    customer.refresh_from_db()
    assert customer.new_email == ""
    assert not Job.objects.exists()


def test_address_that_somebody_took_meanwhile_is_refused(api, customer, customer_api, make_user):
    ask_for(customer_api, NEW)
    make_user(email=NEW.upper())

    response = verify(api, address_token(customer, NEW))

    assert refusal_of(response) == (400, "validation_error", [("email_taken", "/token")])
    assert customer_api.get(ME).json()["email"] == customer.email


def test_password_reset_is_mailed_to_the_confirmed_address_only(api, customer, customer_api):
    ask_for(customer_api, NEW)
    Job.objects.all().delete()

    api.post("/api/v1/auth/password/reset/", {"email": NEW})
    run_due_jobs()

    assert mail.outbox == []
