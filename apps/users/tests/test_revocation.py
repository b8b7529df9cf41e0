"""Whatever lets somebody into an account beside its password ends when the account is taken back."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import time_machine
from django.contrib.auth import get_user
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from apps.jobs.runner import run_due_jobs
from apps.users.email_tokens import owner_of_reset_token, owner_of_verification_token
from apps.users.exceptions import InvalidEmailToken, TooManyAttempts
from apps.users.login_throttling import ACCOUNT, login_attempt, remember_ip
from apps.users.models import User
from apps.users.revocation_events import ANY_EVENT, Event, all_kinds
from apps.users.tokens import pair_for
from conftest import PASSWORD, signed_in
from tests.support.email_tokens import address_token, reset_token
from tests.support.html_forms import send_form

AUTH = "/api/v1/auth/"
NEW_PASSWORD = "another-horse-entirely"
NEW_EMAIL = "moved@example.com"
HOME = "192.0.2.7"
pytestmark = pytest.mark.django_db


def session(user: User) -> Callable[[], bool]:
    refresh = pair_for(user)["refresh"]
    return lambda: APIClient().post(f"{AUTH}refresh/", {"refresh": refresh}).status_code == 200


def admin_session(user: User) -> Callable[[], bool]:
    client = Client()
    client.force_login(user)
    return lambda: get_user(SimpleNamespace(session=client.session)).is_authenticated


def mailed_reset(user: User) -> Callable[[], bool]:
    token = reset_token(user)
    return lambda: is_good(owner_of_reset_token, token)


def mailed_verification(user: User) -> Callable[[], bool]:
    token = address_token(user, user.email)
    return lambda: is_good(owner_of_verification_token, token)


def mailed_change(user: User) -> Callable[[], bool]:
    token = address_token(user, NEW_EMAIL)
    return lambda: is_good(owner_of_verification_token, token)


def waiting_mails(user: User) -> Callable[[], bool]:
    assert APIClient().post(f"{AUTH}password/reset/", {"email": user.email}).status_code == 202
    assert signed_in(user).post(f"{AUTH}email/verify/resend/").status_code == 202
    return lambda: bool(mails_with_tokens())


def asked_address(user: User) -> Callable[[], bool]:
    body = {"password": PASSWORD, "new_email": NEW_EMAIL}
    assert signed_in(user).post(f"{AUTH}email/change/", body).status_code == 202
    return lambda: User.objects.get(pk=user.pk).new_email != ""


def known_ip(user: User) -> Callable[[], bool]:
    remember_ip(user, HOME)
    return lambda: lets_in_beside_strangers(User.objects.get(pk=user.pk))


CREDENTIALS = {
    "new_email": [asked_address],
    "pending_email": [waiting_mails],
    "email_token": [mailed_reset, mailed_verification, mailed_change],
    "api_session": [session],
    "admin_session": [admin_session],
    "known_ip": [known_ip],
}


def is_good(owner_of: Callable[[str], object], token: str) -> bool:
    with suppress(InvalidEmailToken), transaction.atomic():
        owner_of(token)
        return True
    return False


def lets_in_beside_strangers(user: User) -> bool:
    with suppress(TooManyAttempts), time_machine.travel(timezone.now(), tick=False):
        for number in range(ACCOUNT.failures):
            login_attempt(user, typed=user.username, throttle_key=f"198.51.100.{number}")
        login_attempt(user, typed=user.username, throttle_key=HOME)
        return True
    return False


def mails_with_tokens() -> list[str]:
    run_due_jobs()
    return [message.to[0] for message in mail.outbox if re.search(r"^Код: ", message.body, re.MULTILINE)]


@dataclass(frozen=True)
class Door:
    event: Event
    go: Callable[[User, Client], object]

    def __str__(self) -> str:
        return f"{self.event.name.lower()}: {self.go.__name__}"


def change_by_the_api(user: User, office: Client) -> None:
    body = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert signed_in(user).post(f"{AUTH}password/change/", body).status_code == 204


def set_in_the_admin(user: User, office: Client) -> None:
    form = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}
    page = reverse("admin:auth_user_password_change", args=[user.pk])
    assert office.post(page, form).status_code == 302


def taken_away_in_the_admin(user: User, office: Client) -> None:
    page = reverse("admin:auth_user_password_change", args=[user.pk])
    assert office.post(page, {"usable_password": "false", "unset-password": "1"}).status_code == 302


def set_on_the_command_line(user: User, office: Client) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("getpass.getpass", lambda prompt: NEW_PASSWORD)
        call_command("changepassword", user.username, verbosity=0)


def set_in_a_shell(user: User, office: Client) -> None:
    account = User.objects.get(pk=user.pk)
    account.set_password(NEW_PASSWORD)
    account.save()


def hash_assigned(user: User, office: Client) -> None:
    account = User.objects.get(pk=user.pk)
    account.password = make_password(NEW_PASSWORD)
    account.save()


def hash_written_by_update(user: User, office: Client) -> None:
    User.objects.filter(pk=user.pk).update(password=make_password(NEW_PASSWORD))


def reset_by_mail(user: User, office: Client) -> None:
    body = {"token": reset_token(user), "new_password": NEW_PASSWORD}
    assert APIClient().post(f"{AUTH}password/reset/confirm/", body).status_code == 204


def reset_by_mail_in_the_admin(user: User, office: Client) -> None:
    form = {"token": reset_token(user), "new_password": NEW_PASSWORD, "new_password_again": NEW_PASSWORD}
    assert Client().post(reverse("admin:password_reset_confirm"), form).status_code == 302


def logout_everywhere(user: User, office: Client) -> None:
    assert signed_in(user).post(f"{AUTH}logout-all/").status_code == 204


def deactivated_in_the_admin(user: User, office: Client) -> None:
    change_in_the_admin(user, office, is_active=None)
    change_in_the_admin(user, office, is_active="on")


def deactivated_in_a_shell(user: User, office: Client) -> None:
    account = User.objects.get(pk=user.pk)
    for account.is_active in (False, True):
        account.save()


def deactivated_by_update(user: User, office: Client) -> None:
    for is_active in (False, True):
        User.objects.filter(is_staff=False).update(is_active=is_active)


def deactivated_by_bulk_update(user: User, office: Client) -> None:
    account = User.objects.get(pk=user.pk)
    for account.is_active in (False, True):
        User.objects.bulk_update([account], ["is_active"])


def account_closed(user: User, office: Client) -> None:
    assert signed_in(user).delete(f"{AUTH}me/", {"password": PASSWORD}).status_code == 204


def new_address_confirmed(user: User, office: Client) -> None:
    body = {"token": address_token(user, NEW_EMAIL)}
    assert APIClient().post(f"{AUTH}email/verify/", body).status_code == 204


def address_typed_in_the_admin(user: User, office: Client) -> None:
    change_in_the_admin(user, office, email="typed@example.com")
    change_in_the_admin(user, office, email=user.email)  # and back


def address_written_by_update(user: User, office: Client) -> None:
    for email in ("typed@example.com", user.email):
        User.objects.filter(pk=user.pk).update(email=email)


DOORS = [
    *[
        Door(Event.PASSWORD_CHANGED, way)
        for way in (
            change_by_the_api,
            set_in_the_admin,
            taken_away_in_the_admin,
            set_on_the_command_line,
            set_in_a_shell,
            hash_assigned,
            hash_written_by_update,
        )
    ],
    Door(Event.PASSWORD_RESET, reset_by_mail),
    Door(Event.PASSWORD_RESET, reset_by_mail_in_the_admin),
    Door(Event.LOGGED_OUT_EVERYWHERE, logout_everywhere),
    *[
        Door(Event.DEACTIVATED, way)
        for way in (
            deactivated_in_the_admin,
            deactivated_in_a_shell,
            deactivated_by_update,
            deactivated_by_bulk_update,
        )
    ],
    Door(Event.ERASED, account_closed),
    *[
        Door(Event.EMAIL_CHANGED, way)
        for way in (new_address_confirmed, address_typed_in_the_admin, address_written_by_update)
    ],
]
# What outlives an event; all else ends.
LIVES_ON = {Event.EMAIL_CHANGED: {"api_session", "admin_session", "known_ip"}}


def change_in_the_admin(user: User, office: Client, **values: str | None) -> None:
    assert send_form(office, reverse("admin:users_user_change", args=[user.pk]), **values).status_code == 302


@pytest.fixture
def office(client, staff):
    client.force_login(staff)
    return client


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_event_ends_what_it_has_to_by_whichever_door_it_comes(customer, office, door):
    made = [(kind, make(customer)) for kind, makers in CREDENTIALS.items() for make in makers]

    door.go(customer, office)

    assert {kind for kind, is_good in made if is_good()} == LIVES_ON.get(door.event, set())


def test_all_credentials_are_good_while_nothing_happens(customer):
    made = [(kind, make(customer)) for kind, makers in CREDENTIALS.items() for make in makers]

    assert [kind for kind, is_good in made if not is_good()] == []


def test_other_accounts_keep_theirs(customer, other_customer, office):
    made = [(kind, make(other_customer)) for kind, makers in CREDENTIALS.items() for make in makers]

    for door in DOORS:
        if door.go not in {deactivated_by_update, account_closed, new_address_confirmed, change_by_the_api}:
            door.go(User.objects.get(pk=customer.pk), office)

    assert [kind for kind, is_good in made if not is_good()] == []


def test_every_kind_of_credential_is_tried_here_against_every_event():
    assert {kind.name for kind in all_kinds()} == CREDENTIALS.keys()
    assert {door.event for door in DOORS} == ANY_EVENT
    for kind in all_kinds():
        assert ANY_EVENT - kind.ended_by == {event for event, kinds in LIVES_ON.items() if kind.name in kinds}
