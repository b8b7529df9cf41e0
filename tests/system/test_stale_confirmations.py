"""A page that deletes a row, or sets a password, does nothing when somebody else has changed the row."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from apps.catalog.tests.factories import make_category
from apps.core.admin.optimistic_locking import VERSION
from apps.users.models import User
from tests.support.admin_rows import change
from tests.support.faults import all_rows
from tests.support.html_forms import opened_form, send_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff_client(client: Client, staff: User) -> Client:
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.mark.parametrize(
    "changes",
    [{"is_active": False}, {"is_staff": True}, {"email": "new@example.com"}, {"password": "md5$x$y"}],
)
def test_password_is_not_set_for_an_account_that_was_changed(
    staff_client: Client, customer: User, changes: dict[str, Any]
):
    address = reverse("admin:auth_user_password_change", args=[customer.pk])
    form = opened_form(staff_client, address)
    User.objects.filter(pk=customer.pk).update(**changes)
    before = password_of(customer)

    response = staff_client.post(address, {**form, "password1": "sdkf87-sdfk", "password2": "sdkf87-sdfk"})

    assert (response.status_code, response.url) == (302, address)
    (told,) = [str(message) for message in get_messages(response.wsgi_request)]
    assert "was changed after you opened the page." in told
    assert before not in told
    assert password_of(customer) == before


def test_password_page_that_is_refused_for_a_weak_password_still_knows_its_version(
    staff_client: Client, customer: User
):
    address = reverse("admin:auth_user_password_change", args=[customer.pk])

    page = send_form(staff_client, address, password1="1", password2="1")
    User.objects.filter(pk=customer.pk).update(is_active=False)
    refused = staff_client.post(
        address, {VERSION: page.context[VERSION], "password1": "sdkf87-sdfk", "password2": "sdkf87-sdfk"}
    )

    assert (page.status_code, refused.url) == (200, address)
    assert customer.check_password("correct-horse-battery")


@pytest.mark.parametrize("label", ["auth.group", "catalog.category", "users.user"])
def test_row_that_was_changed_is_not_deleted(
    staff_client: Client, make_user: Callable[..., User], label: str
):
    row = {"catalog.category": make_category, "users.user": make_user}.get(label, Group.objects.first)()
    address = reverse(f"admin:{label.replace('.', '_')}_delete", args=[row.pk])
    form = opened_form(staff_client, address)
    change(row, "name" if label != "users.user" else "is_staff")
    before = all_rows()

    response = staff_client.post(address, form)

    assert (response.status_code, response.url) == (302, address)
    assert "after you opened the page" in str(*get_messages(response.wsgi_request))
    assert all_rows() == before
    assert staff_client.post(address, opened_form(staff_client, address)).status_code == 302
    assert not type(row)._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("label", ["auth.group", "catalog.category", "users.user"])
def test_of_rows_chosen_for_deletion_none_goes_when_one_was_changed(
    staff_client: Client, make_user: Callable[..., User], label: str
):
    make = {"catalog.category": make_category, "users.user": make_user}.get(label)
    rows = [make(), make()] if make else list(Group.objects.all()[:2])
    address = reverse(f"admin:{label.replace('.', '_')}_changelist")
    chosen = {"action": "delete_selected", "_selected_action": [row.pk for row in rows]}
    page = staff_client.post(address, chosen)
    versions = page.context["versions"]
    change(rows[1], "name" if label != "users.user" else "email")
    before = all_rows()

    refused = staff_client.post(address, {**chosen, **versions, "post": "yes"})

    told = [str(message) for message in get_messages(refused.wsgi_request)]
    assert [text.partition(":")[0] for text in told] == [
        str(type(rows[1])._default_manager.get(pk=rows[1].pk))
    ]
    assert all_rows() == before
    anew = staff_client.post(address, chosen).context["versions"]
    staff_client.post(address, {**chosen, **anew, "post": "yes"})
    assert not type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).exists()


def password_of(user: User) -> str:
    return User.objects.values_list("password", flat=True).get(pk=user.pk)
