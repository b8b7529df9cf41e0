"""An admin that could save stale data is found by the checks at the start; versions tell what has changed."""

from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.checks import CheckMessage, run_checks

from apps.core.admin.list_editing import ListEditingAdmin
from apps.core.admin.model_admin import StoreAdmin
from apps.core.admin.optimistic_locking import VersionedForm, changed_since, version_of

SITE = type(admin.site._wrapped)


class PlainForm(forms.ModelForm):
    pass


class EditedListAdmin(ListEditingAdmin):
    pass


class MembersInline(admin.TabularInline):
    model = Group.user_set.through


def found(admin_class: type[admin.ModelAdmin], **options: Any) -> list[tuple[str, str]]:
    """Return what the checks of a site find wrong with such an admin."""
    site = SITE("trial")
    site.register(Group, type("GroupAdmin", (admin_class,), options))
    errors: list[CheckMessage] = site.check(None)
    return [(error.id, error.msg) for error in errors]


def test_admins_of_the_store_are_locked():
    assert run_checks(tags=["admin"]) == []


def test_every_admin_must_be_locked():
    assert found(admin.ModelAdmin) == [("store.E002", "Every admin of the store is a StoreAdmin.")]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"form": PlainForm}, "its form is no VersionedForm"),
        (
            {"inlines": [MembersInline]},
            "the version of its page does not cover an inline whose relation has no name",
        ),
        (
            {"list_display": ["pk", "name"], "list_editable": ["name"]},
            "its list is edited without ListEditingAdmin",
        ),
    ],
)
def test_what_would_not_be_locked_is_told(options: dict[str, Any], reason: str):
    assert found(StoreAdmin, **options) == [("store.E001", f"Stale data could be saved: {reason}.")]


@pytest.mark.parametrize(
    ("admin_class", "options"),
    [
        (StoreAdmin, {}),
        (StoreAdmin, {"form": type("OwnForm", (VersionedForm,), {})}),
        (EditedListAdmin, {"list_display": ["pk", "name"], "list_editable": ["name"]}),
    ],
)
def test_what_is_locked_passes(admin_class: type[admin.ModelAdmin], options: dict[str, Any]):
    assert found(admin_class, **options) == []


@pytest.mark.django_db
def test_version_tells_which_fields_have_changed_and_shows_no_value():
    group, fields = Group.objects.create(name="Packers"), ["name", "permissions"]
    seen = version_of(group, fields)
    permission = Permission.objects.first()

    assert changed_since(seen, group, fields) == []
    group.permissions.add(permission)
    assert changed_since(seen, group, fields) == ["permissions"]
    group.name = "Helpers"
    assert changed_since(seen, group, fields) == ["name", "permissions"]
    group.permissions.remove(permission)
    assert changed_since(seen, group, fields) == ["name"]
    assert "Packers" not in seen


@pytest.mark.django_db
def test_version_belongs_to_its_row_and_its_store(settings: Any):
    group, twin = (Group(pk=pk, name="Packers") for pk in (1, 2))
    seen = version_of(group, ["name"])

    assert changed_since(seen, twin, ["name"]) == ["name"]
    assert changed_since("", group, ["name"]) == ["name"]
    settings.SECRET_KEY = "x" * 50
    assert changed_since(seen, group, ["name"]) == ["name"]
