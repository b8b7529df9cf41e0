"""Each change of an account leaves one entry in the audit trail, and never a secret."""

import json
from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.users.models import Session, User
from conftest import PASSWORD, signed_in
from tests.support.audit_trail import REQUEST, audit_entry, trail
from tests.support.email_tokens import address_token, reset_token
from tests.support.html_forms import send_form

AUTH = "/api/v1/auth/"
CANARY = "canary-{}-horse-battery"
CHANGE = "admin:users_user_change"

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, staff):
    client.force_login(staff)
    return client


def test_account_that_is_opened_and_named_by_its_owner(api):
    body = {"username": "anna", "email": "anna@example.com", "password": PASSWORD}
    api.post(f"{AUTH}register/", body, headers=REQUEST)
    anna = User.objects.get(username="anna")
    signed_in(anna).patch(f"{AUTH}me/", {"first_name": "Anna"}, headers=REQUEST)
    signed_in(anna).patch(f"{AUTH}me/", {"first_name": "Anna"}, headers=REQUEST)

    opened = {
        "username": [None, "anna"],
        "email": [None, "anna@example.com"],
        "is_active": [None, True],
        "is_staff": [None, False],
        "is_superuser": [None, False],
    }
    assert trail(anna) == [
        audit_entry("created", opened, source="api", by=None, request="req-1"),
        audit_entry("changed", {"first_name": ["", "Anna"]}, source="api", by=anna, request="req-1"),
    ]
    assert set(AuditEntry.objects.values_list("target_name", flat=True)) == {""}


def test_address_that_is_changed_and_confirmed(customer, customer_api, api):
    old = customer.email
    body = {"password": PASSWORD, "new_email": "new@example.com"}
    customer_api.post(f"{AUTH}email/change/", body, headers=REQUEST)
    api.post(f"{AUTH}email/verify/", {"token": address_token(customer, "new@example.com")}, headers=REQUEST)

    customer.refresh_from_db()
    confirmed = {
        "email": [old, "new@example.com"],
        "new_email": ["new@example.com", ""],
        "email_verified_at": [None, customer.email_verified_at.isoformat()],
    }
    asked = {"new_email": ["", "new@example.com"]}
    assert trail(customer)[1:] == [
        audit_entry("changed", asked, source="api", by=customer, request="req-1"),
        audit_entry("changed", confirmed, source="api", by=None, request="req-1"),
    ]


def test_rights_that_staff_give_are_one_entry_of_names(office, staff, customer):
    desk, support = (Group.objects.create(name=name) for name in ("Desk", "Helpers"))
    customer.groups.add(support)
    right = Permission.objects.get(codename="change_product")
    rights = {"is_staff": "on", "groups": [desk.pk], "user_permissions": [right.pk]}
    send_form(office, reverse(CHANGE, args=[customer.pk]), **rights)
    send_form(office, reverse(CHANGE, args=[customer.pk]), **rights)

    changes = {
        "is_staff": [False, True],
        "groups": [["Helpers"], ["Desk"]],
        "user_permissions": [[], ["catalog.change_product"]],
    }
    by_staff = {"source": "admin", "by": staff, "request": "req-1"}
    assert trail(customer)[1:] == [audit_entry("changed", changes, **by_staff)]


def test_groups_and_their_permissions(office, staff):
    right = Permission.objects.get(codename="change_product")
    office.post(reverse("admin:auth_group_add"), {"name": "Desk"}, headers=REQUEST)
    desk = Group.objects.get(name="Desk")
    send_form(office, reverse("admin:auth_group_change", args=[desk.pk]), permissions=[right.pk])
    send_form(office, reverse("admin:auth_group_change", args=[desk.pk]), permissions=[right.pk])
    office.post(reverse("admin:auth_group_delete", args=[desk.pk]), {"post": "yes"}, headers=REQUEST)

    by_staff = {"source": "admin", "by": staff, "request": "req-1"}
    assert trail(desk) == [
        audit_entry("created", {"name": [None, "Desk"]}, **by_staff),
        audit_entry("changed", {"permissions": [[], ["catalog.change_product"]]}, **by_staff),
        audit_entry("deleted", {"permissions": [["catalog.change_product"], None]}, **by_staff),
    ]


def test_sessions_that_staff_end(office, staff, customer):
    phone, laptop = Session.objects.open(customer), Session.objects.open(customer)
    chosen = {"action": "end_sessions", "_selected_action": [str(phone.pk), str(laptop.pk)]}
    office.post(reverse("admin:users_session_changelist"), chosen, headers=REQUEST)
    office.post(reverse("admin:users_session_changelist"), chosen, headers=REQUEST)

    ended = audit_entry("sessions_ended", {}, source="admin", by=staff, request="req-1")
    assert trail(customer)[1:] == [ended]


def test_no_password_and_no_token_is_ever_written(office, staff, customer, api, monkeypatch):
    """Every way to a password, each with one of its own; what is left is the bare fact."""
    words = (CANARY.format(number) for number in range(100))
    first = next(words)
    customer.set_password(first)
    customer.save()
    phone = signed_in(customer)
    passwords = {"old_password": first, "new_password": (own := next(words))}
    assert phone.post(f"{AUTH}password/change/", passwords).status_code == 204
    customer.refresh_from_db()
    reset = {"token": reset_token(customer), "new_password": next(words)}
    assert api.post(f"{AUTH}password/reset/confirm/", reset).status_code == 204
    new = {"password1": (given := next(words)), "password2": given, "usable_password": "true"}
    address = reverse("admin:auth_user_password_change", args=[customer.pk])
    assert office.post(address, new).status_code == 302
    assert office.post(address, {"usable_password": "false", "unset-password": "1"}).status_code == 302
    monkeypatch.setattr("getpass.getpass", lambda **options: given)
    call_command("changepassword", customer.username, stdout=StringIO())
    body = {"username": "anna", "email": "anna@example.com", "password": next(words)}
    assert api.post(f"{AUTH}register/", body).status_code == 201
    assert office.post(reverse("admin:users_user_add"), new | {"username": "boris"}).status_code == 302
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", next(words))
    call_command("createsuperuser", username="root", email="", interactive=False, stdout=StringIO())
    login = {"username": "anna", "password": body["password"]}
    tokens = api.post(f"{AUTH}login/", login).json()
    api.post(f"{AUTH}refresh/", {"refresh": tokens["refresh"]})
    own_form = {"old_password": PASSWORD, "new_password1": own, "new_password2": own}
    assert office.post(reverse("admin:password_change"), own_form).status_code == 302

    facts = [(entry[0], sorted(entry[1])) for entry in trail(customer)[1:]]
    by_mail = ("password_changed", ["email_verified_at"])
    assert facts == [*[("password_changed", [])] * 2, by_mail, *[("password_changed", [])] * 3]
    assert trail(staff)[-1][:2] == ("password_changed", {})
    written = json.dumps(list(AuditEntry.objects.values()), default=str)
    hashes = User.objects.values_list("password", flat=True)
    secrets = ["canary", *hashes, reset["token"], *tokens.values()]
    assert [secret for secret in secrets if secret in written] == []
    assert AuditEntry.objects.filter(action="created").count() == 5


def test_values_about_a_person_go_with_the_person(customer, other_customer, office, staff):
    send_form(office, reverse(CHANGE, args=[customer.pk]), first_name="Canary")
    send_form(office, reverse(CHANGE, args=[other_customer.pk]), first_name="Boris")
    name, kept = customer.username, trail(other_customer)
    assert signed_in(customer).delete(f"{AUTH}me/", {"password": PASSWORD}).status_code == 204

    entries = trail(customer)
    assert [(entry[0], entry[1]) for entry in entries] == [("created", {}), ("changed", {}), ("erased", {})]
    assert (entries[1][3], entries[2][3]) == (staff.pk, customer.pk)
    assert trail(other_customer) == kept
    written = json.dumps(list(AuditEntry.objects.values()), default=str)
    assert [text for text in (name, customer.email, "Canary") if text in written] == []


def test_account_that_is_deleted_leaves_the_fact_alone(office, staff, customer):
    assert (
        office.post(reverse("admin:users_user_delete", args=[staff.pk]), {"post": "yes"}).status_code == 403
    )

    office.post(reverse("admin:users_user_delete", args=[customer.pk]), {"post": "yes"}, headers=REQUEST)

    assert not User.objects.filter(pk=customer.pk).exists()
    assert trail(customer) == [
        audit_entry("created", {}, source="command", by=None),
        audit_entry("deleted", {}, source="admin", by=staff, request="req-1"),
    ]


def test_login_and_a_renewed_hash_leave_no_entry(customer, client, staff, settings):
    before = AuditEntry.objects.count()
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]

    client.post(reverse("admin:login"), {"username": staff.username, "password": PASSWORD})
    customer.last_login = timezone.now()
    customer.save(update_fields=["last_login"])

    assert client.session["_auth_user_id"] == str(staff.pk)
    assert User.objects.get(pk=staff.pk).password.startswith("pbkdf2")
    assert AuditEntry.objects.count() == before


def test_what_is_refused_leaves_no_entry(customer_api, customer, api):
    before = AuditEntry.objects.count()
    answers = [
        customer_api.post(f"{AUTH}password/change/", {"old_password": "x", "new_password": "y" * 20}),
        customer_api.post(f"{AUTH}email/change/", {"password": "x", "new_email": "new@example.com"}),
        customer_api.delete(f"{AUTH}me/", {"password": "x"}),
        api.post(f"{AUTH}register/", {"username": customer.username, "email": "x@example.com"}),
    ]

    assert [answer.status_code for answer in answers] == [400] * 4
    assert AuditEntry.objects.count() == before
