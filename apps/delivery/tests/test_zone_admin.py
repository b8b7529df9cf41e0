"""Delivery zones in the admin: their parts, and the zone of an address."""

from typing import Any

import pytest
from django.test import Client

from apps.audit.models import Action, AuditEntry
from apps.core.admin.optimistic_locking import VERSION
from apps.delivery.models import DeliveryZone, DeliveryZoneMember
from apps.delivery.tests.factories import make_method, make_rate, make_zone
from apps.delivery.tests.office import errors_of, page_of, with_rows
from apps.store.configuration_cache import current_version
from apps.users.models import User
from tests.support.html_forms import form_with, opened_form

pytestmark = pytest.mark.django_db

FIND = "/admin/delivery/deliveryzone/find/"


@pytest.fixture
def office(client: Client, staff: User) -> Client:
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def part(country: str, region: str = "", prefix: str = "") -> dict[str, str]:
    return {"country": country, "region": region, "postal_prefix": prefix}


def parts_of(zone: DeliveryZone) -> list[tuple[str, str, str]]:
    return list(zone.members.order_by("pk").values_list("country", "region", "postal_prefix"))


def test_parts_are_stored_as_they_are_compared(office: Client):
    zone = make_zone(("RU", "Москва", ""), name="Moscow")
    before = current_version()

    form = with_rows(office, zone, "members", part("gb", " London ", "sw1-a 1"))
    response = office.post(page_of(zone), form)

    assert response.status_code == 302
    assert parts_of(zone) == [("RU", "Москва", ""), ("GB", "London", "SW1A1")]
    assert current_version() != before
    entry = AuditEntry.objects.get(target_kind="delivery.deliveryzone")
    assert (entry.action, entry.changes) == (Action.CHANGED, {"members": [[], ["GB London SW1A1"]]})


def test_part_that_is_removed_stands_in_the_trail(office: Client):
    zone = make_zone(("RU", "", "10"), ("RU", "", "11"))
    form = {**opened_form(office, page_of(zone)), "members-0-DELETE": "on"}

    office.post(page_of(zone), form)

    assert parts_of(zone) == [("RU", "", "11")]
    entry = AuditEntry.objects.get(target_kind="delivery.deliveryzone")
    assert entry.changes == {"members": [["RU 10"], []]}


@pytest.mark.parametrize(
    ("new", "error"),
    [
        ([part("XX")], "Enter the two-letter code of a country"),
        ([part("", "Москва")], "This field is required."),
        ([part("RU", "x" * 101)], "at most 100 characters"),
        ([part("KZ", "", "1-0"), part("KZ", "", "10")], "The zone has this part already."),
        ([part("RU", "", "1 0")], "The zone has this part already."),
    ],
)
def test_bad_parts_are_told_and_nothing_is_saved(office: Client, new: list[dict[str, str]], error: str):
    zone = make_zone(("RU", "", "10"))

    page = office.post(page_of(zone), with_rows(office, zone, "members", *new))

    assert page.status_code == 200
    assert [text for text in errors_of(page) if error in text], errors_of(page)
    assert parts_of(zone) == [("RU", "", "10")]


def test_parts_that_somebody_else_has_changed_are_not_written_over(office: Client):
    zone = make_zone(("RU", "", "10"), name="Moscow")
    form = opened_form(office, page_of(zone))
    DeliveryZoneMember.objects.update(postal_prefix="11")

    page = office.post(page_of(zone), {**form, "name": "Other", "members-0-postal_prefix": "12"})

    assert page.status_code == 200
    assert errors_of(page)[1] == (
        "“parts of the zone” was changed after you opened the page. It is now “RU 11”."
    )
    assert (DeliveryZone.objects.get().name, parts_of(zone)) == ("Moscow", [("RU", "", "11")])


def test_zone_whose_parts_have_changed_since_the_question_is_not_deleted(office: Client):
    zone = make_zone(("RU", "", "10"))
    address = f"/admin/delivery/deliveryzone/{zone.pk}/delete/"
    form = form_with(office.get(address).text, VERSION)
    DeliveryZoneMember.objects.create(zone=zone, country="KZ")

    refused = office.post(address, {**form, "post": "yes"})

    assert (refused.status_code, DeliveryZone.objects.count()) == (302, 1)
    deleted = office.post(address, {**form_with(office.get(address).text, VERSION), "post": "yes"})
    assert (deleted.status_code, DeliveryZone.objects.count()) == (302, 0)


def test_zone_that_a_rate_needs_is_not_deleted(office: Client):
    zone = make_zone()
    make_rate(make_method(name_ru="Курьер"), "350.00", zone=zone)
    address = f"/admin/delivery/deliveryzone/{zone.pk}/delete/"

    question, answer = office.get(address), office.post(address, {"post": "yes"})

    assert "would require deleting the following protected related objects" in question.text
    assert answer.status_code in {200, 403, 409}
    assert DeliveryZone.objects.exists()


def test_list_shows_the_first_parts(office: Client):
    make_zone(*(("RU", "", str(number)) for number in range(1, 8)))
    make_zone(name="World")

    text = office.get("/admin/delivery/deliveryzone/").text

    assert "RU 1, RU 2, RU 3, RU 4, RU 5, …" in text
    assert "everywhere" in text


def test_zones_of_an_address_and_the_one_that_counts_for_each_method(office: Client):
    moscow, russia, world = (
        make_zone(("RU", "", "10"), name="Moscow"),
        make_zone(("RU", "", ""), name="Russia"),
        make_zone(name="World"),
    )
    for name, zones in [("Courier", [moscow, world]), ("Post", [russia, None]), ("Bike", [])]:
        method = make_method(name_ru=name)
        for zone in zones:
            make_rate(method, "1.00", zone=zone)

    page = office.get(FIND, {"country": "ru", "postal_code": "101-000"})
    abroad = office.get(FIND, {"country": "NZ"})

    assert found(page) == (
        ["Moscow", "Russia", "World"],
        [("Courier", "Moscow"), ("Post", "Russia"), ("Bike", None)],
    )
    assert found(abroad) == (["World"], [("Courier", "World"), ("Post", "everywhere"), ("Bike", None)])
    assert "not delivered to" in abroad.text


def found(page: Any) -> tuple[list[str], list[tuple[str, str | None]]]:
    shown = page.context["found"]
    return shown["zones"], [(method.name, zone) for method, zone in shown["methods"]]


@pytest.mark.parametrize("country", ["XX", "", "\0", "9" * 5_000])
def test_country_that_is_none_is_told(office: Client, country: str):
    page = office.get(FIND, {"country": country})

    assert (page.status_code, page.context["found"]) == (200, None)
    assert page.context["form"].errors


def test_list_leads_to_the_finder(office: Client):
    assert f'href="{FIND}"' in office.get("/admin/delivery/deliveryzone/").text
