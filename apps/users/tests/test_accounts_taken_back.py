"""An owner who takes an account back, by a new password or a logout everywhere, has it alone from then on."""

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, PBKDF2PasswordHasher
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction
from rest_framework.test import APIClient

from apps.core.tests.answers import problem, problem_of
from apps.core.tests.threads import at_once, rounds
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.jobs.services import LeaseLost, claim
from apps.users.jobs import send_reset_email
from apps.users.models import User
from conftest import PASSWORD, signed_in
from tests.support.email_tokens import address_token, reset_token

AUTH = "/api/v1/auth/"
NEW = "another-horse-entirely"
THIEF = "thief@example.com"
INVALID = problem(400, "mailed_token_invalid", "The code is invalid or has expired. Request a new one.")

pytestmark = pytest.mark.django_db


def call(path, body=None, *, by=None):
    client = signed_in(by) if by else APIClient()
    return client.post(f"{AUTH}{path}/", body or {}, headers={"accept-language": "en"})


def token_to(recipient):
    body = next(message.body for message in reversed(mail.outbox) if message.to == [recipient])
    return re.search(r"^(?:Code|Token): (\S+)$", body, re.MULTILINE)[1]


def asks_for(email, *, by):
    assert call("email/change", {"password": PASSWORD, "new_email": email}, by=by).status_code == 202


def resets(user):
    call("password/reset", {"email": user.email})
    run_due_jobs()
    return call("password/reset/confirm", {"token": token_to(user.email), "new_password": NEW})


def changes_the_password(user):
    return call("password/change", {"old_password": PASSWORD, "new_password": NEW}, by=user)


def logs_out_everywhere(user):
    return call("logout-all", by=user)


@pytest.mark.parametrize("revoke", [resets, changes_the_password, logs_out_everywhere])
def test_address_that_a_thief_has_asked_for_is_never_the_account_s(customer, revoke):
    owned = customer.email
    asks_for(THIEF, by=customer)
    run_due_jobs()
    stolen = token_to(THIEF)

    assert revoke(customer).status_code == 204
    answer = call("email/verify", {"token": stolen})

    assert problem_of(answer) == INVALID
    customer.refresh_from_db()
    assert (customer.email, customer.new_email) == (owned, "")


@pytest.mark.parametrize("revoke", [resets, changes_the_password, logs_out_everywhere])
def test_thief_s_token_is_not_even_mailed_when_that_was_waiting(customer, revoke):
    asks_for(THIEF, by=customer)
    Job.objects.update(run_at="2100-01-01T00:00:00Z")

    assert revoke(customer).status_code == 204
    Job.objects.update(run_at="2000-01-01T00:00:00Z")
    run_due_jobs()

    assert [message for message in mail.outbox if message.to == [THIEF]] == []


def test_email_that_a_worker_has_in_hand_brings_no_token_that_is_made_afterwards(customer):
    call("password/reset", {"email": customer.email})
    job = claim(Job.objects.get().pk)

    assert changes_the_password(customer).status_code == 204
    with pytest.raises(LeaseLost):
        send_reset_email(job, **job.arguments)

    assert mail.outbox == []


def test_token_is_for_the_mailbox_to_which_it_goes_though_another_is_asked_for_meanwhile(customer):
    asks_for(THIEF, by=customer)
    strange = "stranger@example.com"

    def ask_for_another(execute, sql, *arguments):
        result = execute(sql, *arguments)
        if sql.startswith('SELECT "users_user"."new_email"'):
            with connection.cursor() as cursor:
                cursor.execute("UPDATE users_user SET new_email = %s", [strange])
        return result

    with connection.execute_wrapper(ask_for_another):
        run_due_jobs()

    assert problem_of(call("email/verify", {"token": token_to(THIEF)})) == INVALID
    assert User.objects.get().new_email == strange


def test_who_registers_with_an_address_of_somebody_else_loses_the_account_to_its_reader():
    victim = "victim@example.com"
    call("register", {"username": "thief", "email": victim, "password": PASSWORD})
    account = User.objects.get()
    refresh = call("login", {"username": "thief", "password": PASSWORD}).json()["refresh"]
    asks_for(THIEF, by=account)
    run_due_jobs()
    stolen = [address_token(account, email) for email in (THIEF, victim)] + [token_to(THIEF)]

    assert resets(account).status_code == 204

    assert [problem_of(call("email/verify", {"token": token})) for token in stolen] == [INVALID] * 3
    assert call("refresh", {"refresh": refresh}).status_code == 401
    assert call("login", {"username": "thief", "password": PASSWORD}).status_code == 401
    assert call("login", {"username": victim, "password": NEW}).status_code == 200
    account.refresh_from_db()
    assert (account.email, account.new_email) == (victim, "")


def test_who_sets_a_password_by_mail_has_confirmed_the_address(customer):
    assert resets(customer).status_code == 204

    account = signed_in(customer).get(f"{AUTH}me/").json()
    assert account["email_verified"] is True


def test_token_of_an_address_is_worth_nothing_when_the_account_left_it_and_came_back(customer):
    home = customer.email
    first = address_token(customer, home)
    for email in ("away@example.com", home):
        asks_for(email, by=User.objects.get(pk=customer.pk))
        run_due_jobs()
        assert call("email/verify", {"token": token_to(email)}).status_code == 204
    again = token_to(home)

    assert [problem_of(call("email/verify", {"token": token})) for token in (first, again)] == [INVALID] * 2


@pytest.mark.django_db(transaction=True)
def test_new_address_that_is_confirmed_in_many_tabs_at_once_is_confirmed_once(customer):
    asks_for(THIEF, by=customer)
    token = address_token(customer, THIEF)

    statuses = at_once(6, lambda _hand: call("email/verify", {"token": token}).status_code)

    assert sorted(statuses) == [204, *[400] * 5]


@pytest.mark.django_db(transaction=True)
def test_of_a_reset_and_a_thief_s_confirmation_at_once_one_succeeds(make_user):
    for _round in rounds(5):
        user = make_user()
        asks_for(f"thief-{user.pk}@example.com", by=user)
        stolen = {"token": address_token(user, f"thief-{user.pk}@example.com")}
        reset = {"token": reset_token(user), "new_password": NEW}
        ways = [("email/verify", stolen), ("password/reset/confirm", reset)]

        statuses = at_once(2, lambda hand, ways=ways: call(*ways[hand]).status_code)

        after = User.objects.get(pk=user.pk)
        assert sorted(statuses) == [204, 400]
        assert after.check_password(NEW) is (statuses[1] == 204) is (after.email == user.email)


# --- What was read before cannot bring back what has ended


def test_account_that_was_read_before_does_not_bring_the_former_password_back(customer):
    former = User.objects.get(pk=customer.pk)
    token = reset_token(customer)
    assert changes_the_password(customer).status_code == 204

    former.first_name = "Anna"
    former.save()

    customer.refresh_from_db()
    assert (customer.first_name, customer.check_password(NEW)) == ("Anna", True)
    answer = call("password/reset/confirm", {"token": token, "new_password": PASSWORD})
    assert problem_of(answer) == INVALID


def test_what_is_changed_is_written_though_other_fields_were_read_again(customer):
    account = User.objects.only("pk", "username").get(pk=customer.pk)
    account.first_name = "Anna"
    assert account.is_active is True  # which reads it
    account.refresh_from_db(fields=["email"])

    account.save()

    assert User.objects.get(pk=customer.pk).first_name == "Anna"


def test_password_typed_on_the_command_line_for_long_brings_nothing_else_back(customer, monkeypatch):
    def slow(prompt):
        account = User.objects.get(pk=customer.pk)
        account.is_active, account.first_name = False, "Anna"
        account.save()
        return NEW

    monkeypatch.setattr("getpass.getpass", slow)

    call_command("changepassword", customer.username, verbosity=0)

    after = User.objects.get(pk=customer.pk)
    assert (after.check_password(NEW), after.is_active, after.first_name) == (True, False, "Anna")


def test_hash_that_is_renewed_at_a_login_does_not_bring_the_former_password_back(customer, settings):
    customer.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1)
    customer.save()
    settings.PASSWORD_HASHERS = [
        *settings.PASSWORD_HASHERS,
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    former = User.objects.get(pk=customer.pk)
    customer.set_password(NEW)
    customer.save()

    assert former.check_password(PASSWORD) is True

    customer.refresh_from_db()
    assert customer.password.startswith(MD5PasswordHasher.algorithm)
    assert (customer.check_password(NEW), customer.check_password(PASSWORD)) == (True, False)


def test_account_that_was_deleted_does_not_come_back_by_being_saved(customer):
    former = User.objects.get(pk=customer.pk)
    customer.delete()

    with pytest.raises(User.DoesNotExist), transaction.atomic():
        former.save()

    assert not User.objects.exists()
