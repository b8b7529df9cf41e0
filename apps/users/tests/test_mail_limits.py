"""Limits on e-mails to strangers, which contain no text chosen by the account."""

import pytest
from django.core import mail
from django.core.cache import caches
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from apps.jobs.email_delivery import BY_MAIL
from apps.jobs.registry import handler_of, kinds
from apps.jobs.runner import run_due_jobs
from apps.jobs.services import enqueue
from apps.users import jobs
from apps.users.models import Session, User
from conftest import PASSWORD
from online_store.env import Rate

AUTH = "/api/v1/auth/"
LINK = "www.win-prize.example"
DAY = 86_400

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


@pytest.fixture
def limits(settings):
    """Return a function that gives limits; the others are off."""
    if settings.STORE_EMBEDDED:
        caches["counters"].clear()

    def give(**rates):
        settings.THROTTLES = {**dict.fromkeys(settings.THROTTLES), **rates}

    return give


def change(client, number):
    body = {"password": PASSWORD, "new_email": f"stranger{number}@example.com"}
    return client.post(f"{AUTH}email/change/", body)


@pytest.mark.parametrize("rate_limit", ["password_reset", "mail"])
def test_changes_of_the_address_have_a_limit(customer_api, limits, rate_limit):
    limits(**{rate_limit: Rate(3, DAY)})

    answers = [change(customer_api, number) for number in range(5)]

    run_due_jobs()
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert len([message for message in mail.outbox if message.to[0].startswith("stranger")]) <= 3


def test_mailbox_has_a_limit_in_all_its_spellings(api, limits):
    limits(mailbox=Rate(2, DAY))
    statuses = []
    for number, address in enumerate(("v@example.com", "V+a@example.com", "v+b@EXAMPLE.com")):
        body = {"username": f"buyer-{number}", "email": address, "password": "correct-horse-battery"}
        statuses.append(api.post(f"{AUTH}register/", body).status_code)
        run_due_jobs()

    assert statuses == [201, 201, 429]
    assert len(mail.outbox) == 2


def test_forgotten_passwords_beyond_the_limit_are_answered_alike_and_left_out(api, customer, limits):
    User.objects.filter(pk=customer.pk).update(email_verified_at=timezone.now())
    limits(mailbox=Rate(2, DAY))

    for _ask in range(4):
        assert api.post(f"{AUTH}password/reset/", {"email": customer.email}).status_code == 202
    run_due_jobs()

    assert len(mail.outbox) == 2


class Away(BaseEmailBackend):
    """A mail server that does not answer."""

    def send_messages(self, messages):
        raise ConnectionRefusedError


def test_email_that_could_not_be_sent_is_not_counted(make_user, limits, settings):
    limits(mailbox=Rate(1, DAY))
    user, there = make_user(), settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    send(jobs.RESET_EMAIL, user, {})
    settings.EMAIL_BACKEND = there

    send(jobs.RESET_EMAIL, user, {})

    assert len(mail.outbox) == 1


MAILS = {
    jobs.REUSE_EMAIL: {"session_id": "00000000-0000-0000-0000-000000000000"},
    jobs.RESET_EMAIL: {},
    jobs.VERIFICATION_EMAIL: {},
    jobs.ADDRESS_CHANGE_EMAIL: {},
    jobs.ADDRESS_NOTICE: {"email": "old@example.com"},
}
OF_ORDERS = {"confirmation_email", "status_email"}  # tried in apps/orders/tests/test_unconfirmed_addresses.py
OF_PAYMENTS = {"payment_email", "refund_email"}  # tried in apps/payments/tests/test_payment_emails.py


def test_every_kind_of_email_is_tried():
    by_mail = {kind for kind in kinds() if handler_of(kind).circuit == BY_MAIL["circuit"]}

    assert by_mail == {*MAILS, *OF_ORDERS, *OF_PAYMENTS}


@pytest.mark.parametrize("kind", MAILS)
def test_stranger_is_sent_no_text_of_the_account_and_no_more_than_the_limit(make_user, limits, kind):
    limits(mailbox=Rate(2, DAY))
    user = make_user(username=LINK, first_name=LINK, last_name=LINK, new_email="new@example.com")
    session = Session.objects.open(user, device=LINK)
    arguments = {**MAILS[kind], **({"session_id": str(session.pk)} if kind == jobs.REUSE_EMAIL else {})}

    for _mail in range(4):
        send(kind, user, arguments)

    assert len(mail.outbox) == 2
    for message in mail.outbox:
        assert LINK not in message.message().as_string()
        assert "Hello!\n" in message.body


@pytest.mark.parametrize(
    ("first_name", "greeting"), [("Анна", "Hello, Анна!"), ("", "Hello!"), (LINK, "Hello!")]
)
def test_who_has_confirmed_the_address_is_greeted_by_the_first_name(make_user, first_name, greeting):
    user = make_user(first_name=first_name, email_verified_at=timezone.now())

    send(jobs.RESET_EMAIL, user, {})

    assert mail.outbox[0].body.startswith(greeting)


def send(kind, user, arguments):
    with transaction.atomic():
        enqueue(jobs.mail_job(kind, user.pk, "en", **arguments))
    run_due_jobs()
