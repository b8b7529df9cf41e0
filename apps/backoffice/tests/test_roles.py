"""The groups of the shop's staff: made by `migrate`, left to the owner, and no way up to more rights."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.urls import reverse

from apps.backoffice.receivers import make_missing_roles
from apps.backoffice.roles import ROLES
from apps.users.models import User
from tests.support.html_forms import send_form

RIGHTS_OF_USERS = {"add_user", "change_user", "delete_user", "add_group", "change_group", "delete_group"}

pytestmark = pytest.mark.django_db


def permissions_of(name):
    of_group = Permission.objects.filter(group__name=name).select_related("content_type")
    return {f"{each.content_type.app_label}.{each.codename}" for each in of_group}


def migrate():
    call_command("migrate", verbosity=0)


def test_database_that_was_migrated_has_the_roles():
    assert {name: permissions_of(name) for name in ROLES} == ROLES


def test_group_that_the_owner_changed_stays_as_it_is(capsys):
    Group.objects.get(name="Support").permissions.clear()
    Group.objects.get(name="Stock clerk").delete()

    migrate()

    assert permissions_of("Support") == set()
    assert permissions_of("Stock clerk") == ROLES["Stock clerk"]


def test_command_makes_what_is_missing_and_brings_back_what_is_shipped(capsys):
    Group.objects.get(name="Support").permissions.clear()
    Group.objects.get(name="Stock clerk").delete()

    call_command("make_roles")
    made = capsys.readouterr().out
    left = permissions_of("Support")
    call_command("make_roles", reset=True)

    assert made == "Stock clerk\n"
    assert left == set()
    assert {name: permissions_of(name) for name in ROLES} == ROLES


def test_migration_of_one_app_may_come_before_the_permissions_of_another():
    Group.objects.all().delete()
    Permission.objects.filter(codename="view_order").delete()
    backoffice = next(app for app in apps_told() if app.label == "backoffice")

    make_missing_roles(backoffice, "default")

    assert not Group.objects.exists()


def apps_told():
    return [app for app in apps.get_app_configs() if app.models_module]


def test_backoffice_is_told_last_when_all_permissions_are_there():
    assert apps_told()[-1].label == "backoffice"


def test_no_role_changes_accounts_or_groups():
    names = {permission.partition(".")[2] for permissions in ROLES.values() for permission in permissions}

    assert names & RIGHTS_OF_USERS == set()


@pytest.fixture
def manager(client, make_user):
    """Log in somebody who may do with accounts and groups whatever permissions can allow."""
    manager = make_user(is_staff=True)
    manager.user_permissions.set(Permission.objects.filter(content_type__model__in=("user", "group")))
    client.force_login(manager)
    return manager


def test_who_may_change_accounts_gives_no_rights(client, manager, customer):
    address = reverse("admin:users_user_change", args=[customer.pk])
    rights = {
        "is_staff": "on",
        "is_superuser": "on",
        "groups": [Group.objects.get(name="Support").pk],
        "user_permissions": [Permission.objects.first().pk],
    }

    response = send_form(client, address, email="new@example.com", **rights)

    assert response.status_code == 302
    customer.refresh_from_db()
    assert (customer.email, customer.is_staff, customer.is_superuser) == ("new@example.com", False, False)
    assert not customer.groups.exists()
    assert not customer.user_permissions.exists()


@pytest.mark.parametrize("whom", ["himself", "colleague", "superuser"])
def test_who_may_change_accounts_touches_no_account_of_staff(client, manager, make_user, staff, whom):
    user = {"himself": manager, "colleague": make_user(is_staff=True), "superuser": staff}[whom]
    pages = ("users_user_change", "auth_user_password_change", "users_user_delete")
    before = User.objects.filter(pk=user.pk).values().get()
    password = {"usable_password": "true", "password1": "taken-over-by-me", "password2": "taken-over-by-me"}

    answers = [
        client.post(
            reverse(f"admin:{page}", args=[user.pk]),
            {"username": "taken", "is_superuser": "on", "post": "yes", **password},
        ).status_code
        for page in pages
    ]
    chosen = {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}
    many = client.post(reverse("admin:users_user_changelist"), chosen)

    assert answers == [403, 403, 403]
    assert many.status_code == 403
    assert User.objects.filter(pk=user.pk).values().get() == before


def test_groups_are_changed_by_superusers_alone(client, manager):
    group = Group.objects.get(name="Support")
    every = list(Permission.objects.values_list("pk", flat=True))

    changed = client.post(
        reverse("admin:auth_group_change", args=[group.pk]), {"name": "Support", "permissions": every}
    )
    added = client.post(reverse("admin:auth_group_add"), {"name": "Mine", "permissions": every})
    deleted = client.post(reverse("admin:auth_group_delete", args=[group.pk]), {"post": "yes"})

    assert [changed.status_code, added.status_code, deleted.status_code] == [403, 403, 403]
    assert permissions_of("Support") == ROLES["Support"]
    assert Group.objects.count() == len(ROLES)
