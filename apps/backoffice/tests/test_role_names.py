"""The groups of the shop's staff are called in the language of whoever looks."""

import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from apps.backoffice.roles import ROLES
from apps.users.models import ROLE_NAMES

RUSSIAN = {
    "Order desk": "Отдел заказов",
    "Stock clerk": "Кладовщик",
    "Catalogue editor": "Редактор каталога",
    "Support": "Поддержка",
    "Cashier": "Кассир",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, staff):
    client.force_login(staff)
    return client


def test_every_role_has_a_name():
    assert ROLE_NAMES.keys() == ROLES.keys() == RUSSIAN.keys()


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize(
    "page", ["admin:auth_group_changelist", "admin:users_user_changelist", "admin:users_user_change"]
)
def test_pages_call_the_groups_by_the_readers_language(office, staff, language, page):
    address = reverse(page, args=[staff.pk] if page.endswith("change") else [])

    text = office.get(address, headers={"accept-language": language}).text

    for english, russian in RUSSIAN.items():
        shown, other = (russian, english) if language == "ru" else (english, russian)
        assert f">{shown}<" in text
        assert f">{other}<" not in text


def test_page_of_a_group_is_called_by_it_and_keeps_the_name_that_is_stored(office):
    group = Group.objects.get(name="Order desk")

    text = office.get(reverse("admin:auth_group_change", args=[group.pk])).text

    assert re.search(r"(›|&rsaquo;) Отдел заказов\s", text)
    assert 'name="name" value="Order desk"' in text


def test_permissions_are_called_in_the_readers_language(office, staff):
    group = Group.objects.create(name="Orders")
    group.permissions.set(Permission.objects.filter(codename="add_product"))
    staff.groups.add(group)
    pages = [reverse(f"admin:auth_group_{page}", args=[group.pk]) for page in ("change", "delete")]

    for page in pages:
        assert "Каталог | товар | Добавлять: товар" in office.get(page).text
        assert (
            "Catalogue | product | Can add product"
            in office.get(page, headers={"accept-language": "en"}).text
        )
    deletion = office.get(pages[1]).text
    assert "<li>Права: 1</li>" in deletion
    assert f"<li>Участник группы: {staff.username}, Orders</li>" in deletion


def test_permission_that_somebody_wrote_keeps_its_name():
    product = Permission.objects.get(codename="add_product").content_type
    written = Permission(content_type=product, codename="price_product", name="Can price")

    assert str(written).endswith("| Can price")


def test_group_of_the_owners_own_keeps_its_name(office):
    Group.objects.create(name="Orders")

    assert ">Orders<" in office.get(reverse("admin:auth_group_changelist")).text
