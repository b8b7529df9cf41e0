"""The seller in the admin: numbers whose check digits fit, one that is active, every change in the trail."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from apps.audit.models import AuditEntry
from apps.delivery.tests.office import page_of
from apps.store.models import Seller
from apps.store.tests.sellers import REQUISITES, make_seller
from apps.users.models import User
from tests.support.html_forms import form_with

NEW = reverse("admin:store_seller_add")
KEY = "its key does not fit the BIK."

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client, staff: User) -> Iterator[Client]:
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    with override("en"):
        yield client


def sent(office: Client, page: str, /, **values: Any) -> Any:
    """Open the form, fill it in, and send it."""
    return office.post(page, {**form_with(office.get(page).text, "legal_name"), **values})


def errors_of(response: Any) -> dict[str, list[str]]:
    return {name: list(texts) for name, texts in response.context["adminform"].form.errors.items()}


def test_seller_is_saved_with_an_entry(office: Client, staff: User):
    typed = {**REQUISITES, "is_active": "on", "account": "40702 810 1 3825 0123017", "country": "ru"}

    response = sent(office, NEW, **typed)

    seller, entry = Seller.objects.get(), AuditEntry.objects.get(target_kind="store.seller")
    assert response.status_code == 302
    assert {name: getattr(seller, name) for name in REQUISITES} == REQUISITES
    assert (entry.actor, entry.action) == (staff, "created")
    assert entry.changes["inn"] == [None, "7736207543"]


def test_change_of_the_account_is_audited(office: Client):
    seller = make_seller()

    sent(office, page_of(seller), account="40702810938050013199", bank_name="Банк", corr_account="", bik="")
    refused = Seller.objects.get().account
    sent(office, page_of(seller), account="40703810700001449489", bik="044525700", corr_account="")

    [entry] = AuditEntry.objects.filter(target_kind="store.seller")
    assert refused == REQUISITES["account"]
    assert entry.changes == {
        "account": [REQUISITES["account"], "40703810700001449489"],
        "bik": ["044525225", "044525700"],
        "corr_account": ["30101810400000000225", ""],
    }


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"inn": "7736207544"}, {"inn": ["This INN is wrong: its check digits do not fit."]}),
        ({"kpp": "77360100"}, {"kpp": ["This KPP is wrong: it has nine characters."]}),
        ({"ogrn": "1027700229194"}, {"ogrn": ["This OGRN is wrong: its check digit does not fit."]}),
        ({"account": "40702810238250123017"}, {"account": [f"This account is wrong: {KEY}"]}),
        (
            {"corr_account": "30101810400000000226"},
            {"corr_account": [f"This correspondent account is wrong: {KEY}"]},
        ),
        (
            {"bik": "04452522", "corr_account": ""},
            {
                "bik": ["This BIK is wrong: it has nine digits."],
                "account": [f"This account is wrong: {KEY}"],
            },
        ),
        (
            {"tax_system": "4"},
            {"tax_system": ["Select a valid choice. 4 is not one of the available choices."]},
        ),
    ],
    ids=str,
)
def test_wrong_number_is_refused(office: Client, values: dict[str, str], errors: dict[str, list[str]]):
    assert errors_of(sent(office, NEW, **{**REQUISITES, "is_active": "on", **values})) == errors
    assert not Seller.objects.exists()


def test_numbers_of_another_country_are_not_checked(office: Client):
    values = {"legal_name": "Tea GmbH", "country": "DE", "account": "DE89370400440532013000", "inn": "12"}

    assert sent(office, NEW, **values).status_code == 302
    assert Seller.objects.get().account == "DE89370400440532013000"


def test_second_active_seller_is_refused(office: Client):
    make_seller()

    response = sent(office, NEW, **{**REQUISITES, "is_active": "on"})

    text = "Another seller is active: “ООО «Три кита»”. Switch it off first."
    assert errors_of(response) == {"is_active": [text]}
    assert Seller.objects.count() == 1


def test_active_seller_is_saved_again(office: Client):
    seller = make_seller()

    assert sent(office, page_of(seller), short_name="Три кита").status_code == 302
    assert Seller.objects.active() == Seller.objects.get(short_name="Три кита")
