"""Two write one row at the same moment, one of them at least by a form of the admin: nothing is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from apps.catalog.tests.factories import make_category, make_product
from apps.core.tests.threads import at_once, rounds
from apps.delivery.tests.factories import make_method, make_rate, make_zone
from apps.users.models import User
from conftest import signed_in
from tests.support.admin_rows import page_of, row_of
from tests.support.html_forms import opened_form
from tests.support.parameters import some

NAMES = {
    "auth.group": "name",
    "catalog.category": "name",
    "catalog.product": "name",
    "delivery.deliverymethod": "name_ru",
    "users.user": "first_name",
}

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bosses(make_user: Callable[..., User], customer: User) -> list[User]:
    """Return two superusers of a shop with a row for each form."""
    make_product(category=make_category(parent=make_category()))
    Group.objects.create(name="Packers")
    make_rate(make_method(), "350.00", zone=make_zone())
    return [make_user(is_staff=True, is_superuser=True) for _each in range(2)]


def staff_client_of(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def save(staff_client: Client, row: Any, form: dict[str, Any], **typed: Any) -> int:
    return staff_client.post(page_of(row), {**form, **typed}).status_code


@pytest.mark.parametrize("label", some(NAMES, of=2))
def test_of_two_who_save_a_form_at_once_one_is_refused(bosses: list[User], label: str):
    staff_clients = [staff_client_of(boss) for boss in bosses]
    for number in rounds(3):
        row = row_of(label)
        forms = [
            {**opened_form(staff_client, page_of(row)), NAMES[label]: f"{number}-{id(staff_client)}"}
            for staff_client in staff_clients
        ]

        statuses = at_once(2, lambda hand, row=row, forms=forms: save(staff_clients[hand], row, forms[hand]))

        assert sorted(statuses) == [200, 302]
        assert getattr(row_of(label), NAMES[label]) == forms[statuses.index(302)][NAMES[label]]


def test_form_and_change_by_the_api_never_lose_each_other(bosses: list[User]):
    staff_client, api = staff_client_of(bosses[0]), signed_in(bosses[1])
    address = f"/api/v1/products/{row_of('catalog.product').pk}/"
    for number in rounds(8):
        row = row_of("catalog.product")
        form = opened_form(staff_client, page_of(row))
        price, name = f"{number + 20}.00", f"Typed {number}"
        hands = [
            lambda row=row, form=form, name=name: save(staff_client, row, form, name=name),
            lambda price=price: api.patch(address, {"price": price}).status_code,
        ]

        saved, patched = at_once(2, lambda hand, hands=hands: hands[hand]())

        after = row_of("catalog.product")
        assert (patched, str(after.price)) == (200, price)
        assert (saved, after.name) in {(302, name), (200, row.name)}


def test_group_that_is_deleted_while_it_is_given_is_nobodys(bosses: list[User], customer: User):
    staff_clients = [staff_client_of(boss) for boss in bosses]
    for number in rounds(6):
        group = Group.objects.create(name=f"Packers {number}")
        form = opened_form(staff_clients[0], page_of(customer))
        deletion = reverse("admin:auth_group_delete", args=[group.pk])
        hands = [
            lambda form=form, group=group: save(staff_clients[0], customer, form, groups=[group.pk]),
            lambda deletion=deletion: staff_clients[1].post(deletion, {"post": "yes"}).status_code,
        ]

        given, deleted = at_once(2, lambda hand, hands=hands: hands[hand]())

        assert given in {200, 302, 409}
        assert deleted == 302
        assert not Group.objects.filter(pk=group.pk).exists()
        assert not customer.groups.exists()


def test_two_categories_at_once_do_not_wait_for_each_other(bosses: list[User]):
    staff_clients = [staff_client_of(boss) for boss in bosses]
    tea, coffee, shelf = (make_category() for _each in range(3))
    for number in rounds(6):
        parent = [shelf.pk, ""][number % 2]
        forms = [
            {**opened_form(staff_client, page_of(row)), "parent": parent}
            for staff_client, row in zip(staff_clients, (tea, coffee), strict=True)
        ]

        statuses = at_once(
            2, lambda hand, forms=forms: save(staff_clients[hand], (tea, coffee)[hand], forms[hand])
        )

        assert statuses == [302, 302]
