"""Delivery methods in the admin: saved with their rates, audited, never over what others have changed."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.audit.models import Action, AuditEntry
from apps.delivery.configuration import DELIVERY
from apps.delivery.models import DeliveryMethod, DeliveryRate
from apps.delivery.tests.factories import make_method, make_rate, make_zone
from apps.delivery.tests.office import errors_of, page_of, with_rows
from apps.store.configuration_cache import configuration, current_configuration, current_version
from apps.users.models import User
from tests.support.html_forms import opened_form

pytestmark = pytest.mark.django_db

ADD = "/admin/delivery/deliverymethod/add/"
NEW = {
    "name_ru": "Курьер",
    "name_en": "",
    "code": "courier",
    "kind": "courier",
    "carrier": "",
    "is_active": "on",
    "position": "1",
    "free_from": "3 000,50",
    "free_from_basis": "after_discounts",
    "rates-TOTAL_FORMS": "1",
    "rates-INITIAL_FORMS": "0",
    "rates-0-zone": "",
    "rates-0-from_total": "0",
    "rates-0-from_weight_g": "0",
    "rates-0-price": "350,90",
}


@pytest.fixture
def office(client: Client, staff: User) -> Client:
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    return client


def rates_of(method: DeliveryMethod) -> list[tuple[Any, ...]]:
    return list(method.rates.order_by("pk").values_list("zone", "from_total", "from_weight_g", "price"))


def trail() -> list[tuple[str, dict[str, Any]]]:
    entries = AuditEntry.objects.filter(target_kind="delivery.deliverymethod").order_by("pk")
    return [(each.action, each.changes) for each in entries]


def test_method_is_made_with_its_rates_as_amounts_are_typed(office: Client):
    response = office.post(ADD, NEW)

    assert response.status_code == 302
    method = DeliveryMethod.objects.get()
    assert (method.code, method.name, method.free_from) == ("courier", "Курьер", Decimal("3000.50"))
    assert rates_of(method) == [(None, Decimal("0.00"), 0, Decimal("350.90"))]


def test_page_shows_amounts_as_they_are_typed(office: Client):
    method = make_method(free_from="3000.50")
    make_rate(method, "350.90")

    form = opened_form(office, page_of(method))

    assert (form["free_from"], form["rates-0-price"]) == (["3000,50"], ["350,90"])


def test_trail_tells_who_changed_which_price(office: Client, staff: User):
    method = make_method()
    rate = make_rate(method, "350.00", zone=make_zone(("RU", "", ""), name="Россия"))
    make_rate(method, "900.00")
    form = with_rows(
        office, method, "rates", {"zone": "", "from_total": "5000", "from_weight_g": "0", "price": "0"}
    )

    response = office.post(page_of(method), {**form, "rates-0-price": "400"})

    assert response.status_code == 302
    rate.refresh_from_db()
    assert rate.price == Decimal("400.00")
    assert trail() == [
        (
            Action.CHANGED,
            {
                "rates": [
                    ["Россия ≥ 0.00 ≥ 0: 350.00"],
                    ["Россия ≥ 0.00 ≥ 0: 400.00", "* ≥ 5000.00 ≥ 0: 0.00"],
                ]
            },
        )
    ]
    entry = AuditEntry.objects.get(action=Action.CHANGED)
    assert (entry.actor, entry.target_kind, entry.target_id) == (staff, "delivery.deliverymethod", method.pk)
    history = office.get(f"/admin/delivery/deliverymethod/{method.pk}/history/").text
    assert "Россия ≥ 0.00 ≥ 0: 400.00" in history


def test_trail_tells_what_of_the_method_was_changed_and_nothing_else(office: Client):
    method = make_method(name_ru="Курьер", code="courier")
    make_rate(method, "350.00")

    office.post(page_of(method), {**opened_form(office, page_of(method)), "max_weight_g": "30000"})

    assert trail() == [(Action.CHANGED, {"max_weight_g": [None, 30_000]})]


def test_deleted_method_leaves_what_it_cost_in_the_trail(office: Client):
    method = make_method(name_ru="Курьер", code="courier")
    make_rate(method, "350.00")
    address = f"/admin/delivery/deliverymethod/{method.pk}/delete/"

    response = office.post(address, {"post": "yes"})

    assert response.status_code == 302
    assert not DeliveryMethod.objects.exists()
    ((action, changes),) = trail()
    assert (action, changes["code"], changes["rates"]) == (
        Action.DELETED,
        ["courier", None],
        [["* ≥ 0.00 ≥ 0: 350.00"], None],
    )


def test_methods_chosen_in_the_list_are_deleted_each_with_its_entry(office: Client):
    methods = [make_method(), make_method()]
    chosen = {"action": "delete_selected", "_selected_action": [each.pk for each in methods], "post": "yes"}

    office.post(reverse("admin:delivery_deliverymethod_changelist"), chosen)

    assert not DeliveryMethod.objects.exists()
    assert [action for action, _changes in trail()] == [Action.DELETED, Action.DELETED]


@pytest.mark.parametrize("edit", ["change", "add", "delete"])
def test_rates_that_somebody_else_has_changed_are_not_written_over(office: Client, edit: str):
    method = make_method()
    rate = make_rate(method, "350.00")
    form = opened_form(office, page_of(method))
    match edit:
        case "change":
            DeliveryRate.objects.filter(pk=rate.pk).update(price="360.00")
        case "add":
            make_rate(method, "100.00", from_total=5000)
        case "delete":
            rate.delete()
    before = rates_of(method)

    page = office.post(page_of(method), {**form, "name_ru": "Иначе", "rates-0-price": "400"})

    assert page.status_code == 200
    errors = errors_of(page)
    assert "страница устарела" in errors[0]
    assert errors[1].startswith("Пока страница была открыта, поле «тарифы доставки» изменилось.")
    assert rates_of(method) == before
    assert DeliveryMethod.objects.get().name_ru != "Иначе"


def test_saved_rate_reaches_a_configuration_kept_by_another_process(office: Client):
    method = make_method()
    make_rate(method, "350.00")
    kept = current_configuration()
    assert configuration(current_version()) is kept

    office.post(page_of(method), {**opened_form(office, page_of(method)), "rates-0-price": "400"})

    assert current_version() != kept.version
    assert current_configuration()[DELIVERY].methods[0].rates[None][0].price == Decimal("400.00")


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "negative price": ({"rates-0-price": "-1"}, "больше либо равно 0"),
    "negative step": ({"rates-0-from_total": "-1"}, "больше либо равно 0"),
    "negative weight": ({"rates-0-from_weight_g": "-1"}, "больше либо равно 0"),
    "negative minimum": ({"min_total": "-1"}, "больше либо равно 0"),
    "no number": ({"rates-0-price": "NaN"}, "Введите число"),
    "too large": ({"free_from": "9" * 20}, "не более"),
    "minimum above maximum": ({"min_total": "2", "max_total": "1"}, "меньше минимальной"),
    "days reversed": ({"days_min": "5", "days_max": "2"}, "меньше"),
    "no carrier": ({"kind": "pickup_point"}, "чьи пункты выдачи"),
    "unknown kind": ({"kind": "drone"}, "нет среди допустимых"),
    "no code": ({"code": ""}, "Обязательное поле"),
    "strange code": ({"code": "a b"}, "состоять только из"),
    "unknown zone": ({"rates-0-zone": "999"}, "нет среди допустимых"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_told_and_nothing_is_saved(office: Client, case: str):
    changes, text = REFUSED[case]

    page = office.post(ADD, {**NEW, **changes})

    assert page.status_code == 200
    assert [error for error in errors_of(page) if text in error], errors_of(page)
    assert not DeliveryMethod.objects.exists()


@pytest.mark.postgres
@pytest.mark.parametrize(("field", "value"), [("position", "99999"), ("rates-0-from_weight_g", "9" * 12)])
def test_number_beyond_its_column_is_refused(office: Client, field: str, value: str):
    page = office.post(ADD, {**NEW, field: value})

    assert "меньше либо равно" in errors_of(page)[0]
    assert not DeliveryMethod.objects.exists()


@pytest.mark.parametrize("zoned", [True, False])
@pytest.mark.parametrize("stored", [True, False])
def test_step_that_is_there_twice_is_refused(office: Client, zoned: bool, stored: bool):
    method = make_method()
    zone = make_zone() if zoned else None
    if stored:
        make_rate(method, "1.00", zone=zone)
    step = {"zone": zone.pk if zone else "", "from_total": "0", "from_weight_g": "0", "price": "2"}

    page = office.post(page_of(method), with_rows(office, method, "rates", *[step] * (1 if stored else 2)))

    assert page.status_code == 200
    assert "Для этой зоны, суммы и веса уже есть тариф." in errors_of(page)
    assert method.rates.count() == stored


@pytest.mark.parametrize("zoned", [True, False])
def test_steps_of_two_rates_are_not_swapped_in_one_save(office: Client, zoned: bool):
    method = make_method()
    zone = make_zone() if zoned else None
    make_rate(method, "350.00", zone=zone)
    make_rate(method, "0.00", zone=zone, from_total=5000)
    before = rates_of(method)
    swapped = {"rates-0-from_total": "5000", "rates-1-from_total": "0"}

    page = office.post(page_of(method), {**opened_form(office, page_of(method)), **swapped})

    assert page.status_code == 200
    assert errors_of(page) == ["Для этой зоны, суммы и веса уже есть тариф."]
    assert rates_of(method) == before


def test_step_that_a_rate_leaves_is_free_for_the_next_ones(office: Client):
    method = make_method()
    zone = make_zone()
    for total in (1000, 0):
        make_rate(method, f"{total}.00", zone=zone, from_total=total)
    gone = make_rate(method, "5.00", zone=zone, from_total=9000)
    new = {"zone": zone.pk, "from_total": "9000", "from_weight_g": "0", "price": "6"}
    form = with_rows(office, method, "rates", new)
    moved = {"rates-0-from_total": "500", "rates-2-DELETE": "on"}

    response = office.post(page_of(method), {**form, **moved})

    assert response.status_code == 302
    assert not DeliveryRate.objects.filter(pk=gone.pk).exists()
    assert [(total, price) for _zone, total, _weight, price in rates_of(method)] == [
        (Decimal(1000), Decimal(1000)),
        (Decimal(500), Decimal(0)),
        (Decimal(9000), Decimal(6)),
    ]


def test_code_that_another_method_has_is_refused(office: Client):
    make_method(code="courier")

    page = office.post(ADD, NEW)

    assert page.status_code == 200
    assert "уже существует" in errors_of(page)[0]
    assert DeliveryMethod.objects.count() == 1


def test_whoever_may_only_see_rates_changes_the_rest_of_the_page(client: Client, make_user: Any):
    method = make_method()
    for total in (0, 5000):
        make_rate(method, "350.00", from_total=total)
    clerk = make_user(is_staff=True)
    names = ["view_deliverymethod", "change_deliverymethod", "view_deliveryrate"]
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(clerk)
    form = {**opened_form(client, page_of(method)), "name_ru": "Иначе", "rates-0-price": "1"}

    response = client.post(page_of(method), form)

    assert response.status_code == 302
    method.refresh_from_db()
    assert method.name_ru == "Иначе"
    assert {price for *_step, price in rates_of(method)} == {Decimal("350.00")}


@pytest.mark.parametrize("numbers", [1, 6])
def test_page_asks_as_often_whatever_the_number_of_rates(
    office: Client, numbers: int, django_assert_max_num_queries: Any
):
    method = make_method()
    for number in range(numbers):
        make_rate(method, "1.00", zone=make_zone(), from_total=number)
    office.get(page_of(method))

    with django_assert_max_num_queries(14):
        page = office.get(page_of(method))

    assert page.status_code == 200
