"""Attributes in the admin: their values as lines of text, and who has changed what meanwhile."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from apps.audit.models import AuditEntry
from apps.catalog.attribute_lines import MAX_LINES
from apps.catalog.models import Attribute, AttributeValue
from apps.catalog.tests.factories import give, make_attribute, make_product
from apps.delivery.tests.office import errors_of, page_of
from apps.users.models import User
from tests.support.html_forms import opened_form

ADD = reverse("admin:catalog_attribute_add")
NEW = {"type": "choice", "position": "0", "is_filter": "on"}
LINES = "red | Красный | Red\nblue | Синий"

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client, staff: User) -> Iterator[Client]:
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    with override("en"):
        yield client


def color() -> Attribute:
    return make_attribute("color", red="Красный", blue="Синий")


def lines(attribute: Attribute) -> list[tuple[str, str, str]]:
    return list(attribute.values.values_list("value", "name_ru", "name_en"))


def trail() -> list[dict[str, list[object]]]:
    entries = AuditEntry.objects.filter(target_kind="catalog.attribute").order_by("pk")
    return [entry.changes for entry in entries]


def test_attribute_is_made_with_its_values(office):
    form = {**NEW, "name_ru": "Цвет", "code": "color", "values": LINES}

    response = office.post(ADD, form)

    assert response.status_code == 302
    attribute = Attribute.objects.get(code="color")
    assert lines(attribute) == [("red", "Красный", "Red"), ("blue", "Синий", "")]
    made, values = trail()
    assert made["code"] == [None, "color"]
    assert values == {"values": [[], ["red | Красный | Red", "blue | Синий"]]}


@pytest.mark.parametrize(
    ("text", "stored", "told"),
    [
        (
            "red | Алый\nblue | Синий",
            [("red", "Алый"), ("blue", "Синий")],
            (["red | Красный"], ["red | Алый"]),
        ),
        ("blue | Синий", [("blue", "Синий")], (["red | Красный"], [])),
        ("", [], (["red | Красный", "blue | Синий"], [])),
        (
            "blue | Синий\r\n\r\nred | Красный",
            [("blue", "Синий"), ("red", "Красный")],
            (["red | Красный", "blue | Синий"], ["blue | Синий", "red | Красный"]),
        ),
        (
            "red | Красный\nblue\tСиний\nЁлочный зелёный\nElochnyi zelenyi",
            [
                ("red", "Красный"),
                ("blue", "Синий"),
                ("elochnyi-zelenyi", "Ёлочный зелёный"),
                ("elochnyi-zelenyi-2", "Elochnyi zelenyi"),
            ],
            ([], ["elochnyi-zelenyi | Ёлочный зелёный", "elochnyi-zelenyi-2 | Elochnyi zelenyi"]),
        ),
    ],
)
def test_values_are_those_of_the_lines(office, text, stored, told):
    attribute = color()
    page = page_of(attribute)
    form = opened_form(office, page)
    assert form["values"] == ["red | Красный\r\nblue | Синий"]
    ids = dict(attribute.values.values_list("value", "pk"))

    assert office.post(page, {**form, "values": text}).status_code == 302

    assert [(value, name) for value, name, _en in lines(attribute)] == stored
    assert trail() == [{"values": list(told)}]
    kept = dict(attribute.values.values_list("value", "pk"))
    assert all(kept[value] == pk for value, pk in ids.items() if value in kept)


def test_saving_what_is_there_changes_nothing(office):
    page = page_of(color())

    assert office.post(page, opened_form(office, page)).status_code == 302

    assert trail() == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a | b | c | d", "Line 1: expected are a code, a Russian and an English name."),
        ("red | Красный\n| Синий", "Line 2: expected are a code, a Russian and an English name."),
        ("красный | Красный", "Line 1: a code has Latin letters, figures, hyphens and underscores alone."),
        ("red | Красный\nred | Алый", "Line 2: it is in line 1 already."),
        ("red | Красный\nscarlet | красный", "Line 2: it is in line 1 already."),
        (f"red | {'x' * 201}", "Line 1: the name is longer than 200 characters."),
        ("red | Красный", "Products have these values: blue."),
        ("\n".join(map(str, range(MAX_LINES + 1))), f"At most {MAX_LINES} values can be edited here."),
    ],
)
def test_lines_that_cannot_be_are_refused(office, text, fault):
    attribute = color()
    give(make_product(), color="blue")
    page = page_of(attribute)

    response = office.post(page, {**opened_form(office, page), "values": text})

    assert fault in errors_of(response)
    assert lines(attribute) == [("red", "Красный", ""), ("blue", "Синий", "")]
    assert trail() == []


def test_number_has_no_values(office):
    form = {**NEW, "name_ru": "Вес", "code": "weight", "type": "number"}

    refused = office.post(ADD, {**form, "values": LINES})
    made = office.post(ADD, form)

    assert errors_of(refused) == ["Only a choice has values."]
    assert made.status_code == 302
    assert "values" not in opened_form(office, page_of(Attribute.objects.get(code="weight")))


def test_page_is_refused_when_a_value_was_added_meanwhile(office):
    attribute = color()
    page = page_of(attribute)
    form = opened_form(office, page)
    AttributeValue.objects.create(attribute=attribute, value="green", name_ru="Зелёный", position=2)

    response = office.post(page, {**form, "values": "red | Красный"})

    assert any("out of date" in error for error in errors_of(response))
    assert [value for value, *_names in lines(attribute)] == ["red", "blue", "green"]


def test_five_hundred_brands_are_one_page_and_a_few_statements(office, django_assert_max_num_queries):
    attribute = Attribute.objects.get(code="brand")
    page = page_of(attribute)
    text = "\n".join(f"brand-{number} | Марка {number} | Brand {number}" for number in range(500))
    form = opened_form(office, page)

    with django_assert_max_num_queries(35):
        assert office.post(page, {**form, "values": text}).status_code == 302

    assert attribute.values.count() == 500
    with django_assert_max_num_queries(12):
        assert opened_form(office, page)["values"][0].splitlines() == text.splitlines()


def test_more_values_than_a_form_can_send_are_shown_alone(office, monkeypatch):
    monkeypatch.setattr("apps.catalog.admin.attributes.MAX_LINES", 1)
    attribute = color()

    page = office.get(page_of(attribute)).text

    assert "There are too many to be edited here." in page
    assert "red | Красный" in page
    assert "values" not in opened_form(office, page_of(attribute))


@pytest.mark.parametrize(("code", "status"), [("brand", 403), ("tag", 403), ("color", 200)])
def test_brand_and_tags_are_kept(office, code, status):
    color()
    attribute = Attribute.objects.get(code=code)

    assert office.get(reverse("admin:catalog_attribute_delete", args=[attribute.pk])).status_code == status
