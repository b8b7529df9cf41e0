"""A mailbox has one account, however its address is written, and mail goes to the one true address."""

import os

import pytest
from django.core import mail
from rest_framework.test import APIClient

from apps.core.tests.answers import refusal_of
from apps.core.tests.threads import at_once
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.users.models import User
from conftest import PASSWORD

REGISTER, RESET, CHANGE = (f"/api/v1/auth/{path}/" for path in ("register", "password/reset", "email/change"))
ROUNDS = int(os.environ.get("STORE_TEST_LIVES") or 2)
IDN = "user@xn--e1afmkfd.xn--p1ai"
SPELLINGS = {
    "n@example.com": [
        "N@EXAMPLE.COM",
        "n@ｅxample.com",
        "n@exam\N{SOFT HYPHEN}ple.com",
        "n@exam\N{ZERO WIDTH SPACE}ple.com",
        "n@example.com.",
        "n@example\N{IDEOGRAPHIC FULL STOP}com",
        "ｎ＠example.com",
        "\N{ZERO WIDTH SPACE}n@example.com",
    ],
    IDN: ["user@пример.рф", "User@ПРИМЕР.РФ", "user@XN--E1AFMKFD.xn--p1ai"],
}
TWINS = [(mailbox, spelling) for mailbox, spellings in SPELLINGS.items() for spelling in spellings]
NO_MAILBOXES = [
    "mıke@example.com",
    "почта@example.com",
    "u@localhost",
    "u@intranet",
    "u@127.0.0.1",
    "u@[127.0.0.1]",
    f"{'a' * 65}@example.com",
    '"a b"@example.com',
    "a..b@example.com",
    "a@exa_mple.com",
    "a@-example.com",
    "a@example.com\nBcc: b@example.com",
]

pytestmark = pytest.mark.django_db


def register(api, email, username="anna"):
    return api.post(REGISTER, {"username": username, "email": email, "password": PASSWORD})


@pytest.mark.parametrize(("mailbox", "spelling"), TWINS)
def test_mailbox_has_one_account_in_whatever_spelling(api, mailbox, spelling):
    assert register(api, mailbox).json()["email"] == mailbox

    response = register(api, spelling, username="other")

    assert refusal_of(response) == (400, "validation_error", [("email_taken", "/email")])
    assert User.objects.count() == 1


@pytest.mark.parametrize(("mailbox", "spelling"), TWINS)
def test_address_is_stored_as_mail_is_sent_to_it(api, mailbox, spelling):
    response = register(api, spelling)
    run_due_jobs()

    assert response.status_code == 201
    assert response.json()["email"].lower() == mailbox
    assert [message.to for message in mail.outbox] == [[response.json()["email"]]]


@pytest.mark.parametrize("email", NO_MAILBOXES)
def test_what_no_mail_on_the_internet_reaches_is_refused_wherever_an_address_is_asked_for(
    api, customer_api, email
):
    change = {"password": PASSWORD, "new_email": email}

    assert refusal_of(register(api, email)) == (400, "validation_error", [("invalid", "/email")])
    assert refusal_of(api.post(RESET, {"email": email}))[2] == [("invalid", "/email")]
    assert refusal_of(customer_api.post(CHANGE, change))[2] == [("invalid", "/new_email")]
    assert not Job.objects.exists()
    assert User.objects.count() == 1


def test_address_is_as_long_as_mail_allows(api):
    domain = ".".join(["b" * 60] * 3)
    longest, too_long = f"{'a' * 64}@{domain}.info", f"{'a' * 64}@{domain}.{'c' * 8}"

    assert len(longest) <= 254 < len(too_long)
    assert register(api, longest).json()["email"] == longest
    assert refusal_of(register(api, too_long, "other"))[2] == [("max_length", "/email")]


@pytest.mark.parametrize("mailbox", [*SPELLINGS])
def test_any_spelling_logs_in_and_resets_the_password(api, mailbox):
    register(api, mailbox)
    run_due_jobs()
    mail.outbox.clear()

    for spelling in SPELLINGS[mailbox]:
        login = {"username": spelling, "password": PASSWORD}
        assert api.post("/api/v1/auth/login/", login).status_code == 200
        assert api.post(RESET, {"email": spelling}).status_code == 202
    run_due_jobs()

    assert [message.to for message in mail.outbox] == [[mailbox]] * len(SPELLINGS[mailbox])


@pytest.mark.parametrize(("mailbox", "spelling"), TWINS)
def test_address_of_another_cannot_be_asked_for_in_any_spelling(
    customer_api, customer, make_user, mailbox, spelling
):
    make_user(email=mailbox)

    response = customer_api.post(CHANGE, {"password": PASSWORD, "new_email": spelling})

    assert refusal_of(response) == (400, "validation_error", [("email_taken", "/new_email")])
    customer.refresh_from_db()
    assert customer.new_email == ""


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_of_many_who_register_one_mailbox_in_many_spellings_gets_it():
    spellings = ["n@example.com", *SPELLINGS["n@example.com"][:7]]

    for number in range(ROUNDS):
        User.objects.all().delete()
        statuses = at_once(
            len(spellings),
            lambda hand, number=number: (
                register(APIClient(), spellings[hand], f"anna{number}-{hand}").status_code
            ),
        )

        assert sorted(statuses) == [201, *[400] * (len(spellings) - 1)]
        assert User.objects.get().email_key == "n@example.com"
