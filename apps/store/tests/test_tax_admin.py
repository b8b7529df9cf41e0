"""Tax classes in the admin: what is valid today, and rates that never overlap."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from apps.audit.models import AuditEntry
from apps.core.tests.threads import at_once
from apps.delivery.tests.office import errors_of, page_of, with_rows
from apps.store.models import TaxClass, TaxRate
from apps.store.tests.factories import shipped_tax_class, shipped_tax_classes
from apps.users.models import User
from tests.support.html_forms import opened_form

LIST = reverse("admin:store_taxclass_changelist")
NEW = {"country": "ru", "rate": "", "valid_from": "2027-01-01", "valid_to": ""}
OVERLAP = "Another rate for RU is valid then: the one from"

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client, staff: User) -> Iterator[Client]:
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    shipped_tax_classes()
    with override("en"):
        yield client


def rates_of(tax_class: TaxClass) -> list[tuple[Any, ...]]:
    return list(tax_class.rates.values_list("country", "rate", "valid_from", "valid_to"))


@time_machine.travel("2026-06-01")
def test_list_tells_the_rates_of_today_and_that_no_vat_is_not_nought(office):
    rows = {
        row.code: (row.pk, office.get(LIST).context["cl"].model_admin.rates_of_today(row))
        for row in office.get(LIST).context["cl"].result_list
    }

    assert {code: text for code, (_pk, text) in rows.items()} == {
        "none": "RU: without VAT",
        "zero": "RU: 0 %",
        "standard": "RU: 22 %",
        "reduced": "RU: 10 %",
        "simplified5": "RU: 5 %",
        "simplified7": "RU: 7 %",
    }
    assert "RU: without VAT" in office.get(LIST).text


@time_machine.travel("2025-06-01")
def test_page_tells_which_rate_is_valid(office):
    page = office.get(page_of(shipped_tax_class("standard"))).text

    told = {text for text in ("valid", "not yet valid", "no longer valid") if f"<p>{text}</p>" in page}
    assert told == {"valid", "not yet valid"}
    assert "which is not the rate of 0 %" in page


def test_class_is_made_with_its_rates_and_both_are_audited(office):
    rows = {f"rates-0-{name}": value for name, value in {**NEW, "rate": "7.5"}.items()}
    counts = {"rates-TOTAL_FORMS": "1", "rates-INITIAL_FORMS": "0"}
    names = {"name_ru": "Книги", "name_en": "", "code": "books"}

    response = office.post(reverse("admin:store_taxclass_add"), {**names, **rows, **counts})

    assert response.status_code == 302, errors_of(response)
    books = TaxClass.objects.get(code="books")
    assert rates_of(books) == [("RU", Decimal("7.50"), date(2027, 1, 1), None)]
    assert [entry.changes for entry in AuditEntry.objects.about(books).order_by("pk")] == [
        {"code": [None, "books"], "name_ru": [None, "Книги"]},
        {"rates": [[], ["RU: 7.5 %, 2027-01-01 – …"]]},
    ]


def test_next_rate_follows_once_the_present_one_has_an_end(office):
    standard = shipped_tax_class("standard")
    form = with_rows(office, standard, "rates", NEW)

    refused = office.post(page_of(standard), form)

    assert errors_of(refused) == [
        "Another rate for RU is valid then: the one from 01/01/2026. End it the day before."
    ]
    assert standard.rates.count() == 2
    form["rates-1-valid_to"] = "2026-12-31"
    assert office.post(page_of(standard), form).status_code == 302
    assert rates_of(standard)[1:] == [
        ("RU", Decimal("22.00"), date(2026, 1, 1), date(2026, 12, 31)),
        ("RU", None, date(2027, 1, 1), None),
    ]
    assert AuditEntry.objects.about(standard).get().changes == {
        "rates": [
            ["RU: 22 %, 2026-01-01 – …"],
            ["RU: 22 %, 2026-01-01 – 2026-12-31", "RU: without VAT, 2027-01-01 – …"],
        ]
    }


@pytest.mark.parametrize(
    ("values", "error"),
    [
        (
            {"valid_from": "2025-12-31", "valid_to": "2025-12-31"},
            "Another rate for RU is valid then: the one from 01/01/2019.",
        ),
        (
            {"valid_from": "2026-06-01", "valid_to": "2026-06-30"},
            "Another rate for RU is valid then: the one from 01/01/2026.",
        ),
        ({"valid_from": "2000-01-01"}, "Another rate for RU is valid then: the one from 01/01/2000."),
        ({"country": "XX"}, "Enter the two-letter code of a country"),
        ({"country": ""}, "This field is required."),
        ({"rate": "-1"}, "Ensure this value is greater than or equal to 0."),
        ({"rate": "100.01"}, "Ensure this value is less than or equal to 100."),
        ({"rate": "1.234"}, "Ensure that there are no more than 2 decimal places."),
        ({"valid_from": "", "rate": "5"}, "This field is required."),
        ({"valid_from": "yesterday"}, "Enter a valid date."),
        ({"country": "DE", "valid_to": "2026-12-31"}, "The last day is before the first one."),
    ],
)
def test_wrong_rates_are_refused(office, values, error):
    standard = shipped_tax_class("standard")
    TaxRate.objects.filter(tax_class=standard, valid_to=None).update(valid_to=date(2026, 12, 31))

    response = office.post(page_of(standard), with_rows(office, standard, "rates", {**NEW, **values}))

    assert [text[: len(error)] for text in errors_of(response)] == [error]
    assert standard.rates.count() == 2


@pytest.mark.parametrize(
    "values", [{"country": "de"}, {"valid_from": "2018-01-01", "valid_to": "2018-12-31"}], ids=str
)
def test_rate_of_another_country_or_time_is_taken(office, values):
    standard = shipped_tax_class("standard")

    response = office.post(page_of(standard), with_rows(office, standard, "rates", {**NEW, **values}))

    assert response.status_code == 302, errors_of(response)
    assert standard.rates.count() == 3


def test_code_stays_as_it_is(office):
    standard = shipped_tax_class("standard")

    office.post(page_of(standard), {**opened_form(office, page_of(standard)), "code": "other"})

    standard.refresh_from_db()
    assert standard.code == "standard"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_a_rate_at_once_one_is_refused(staff: User):
    standard = shipped_tax_class("standard")
    TaxRate.objects.filter(tax_class=standard, valid_to=None).update(valid_to=date(2026, 12, 31))
    for _round in range(5):
        clients = [Client(headers={"accept-language": "en"}) for _hand in range(2)]
        for client in clients:
            client.force_login(staff)
        forms = [with_rows(client, standard, "rates", NEW) for client in clients]

        answers = at_once(
            2,
            lambda hand, clients=clients, forms=forms: clients[hand].post(page_of(standard), forms[hand]),
        )

        assert sorted(answer.status_code for answer in answers) == [200, 302]
        assert standard.rates.filter(valid_from=date(2027, 1, 1)).count() == 1
        standard.rates.filter(valid_from=date(2027, 1, 1)).delete()
