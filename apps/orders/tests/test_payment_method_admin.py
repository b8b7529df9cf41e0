"""Payment methods in the admin: one page says it all, and each change is audited."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.audit.models import AuditEntry
from apps.orders.configuration import PAYMENT_METHODS
from apps.orders.models import PaymentMethod
from apps.orders.tests.checkout_shop import make_method, make_payment_method
from apps.store.configuration_cache import current_configuration
from tests.support.html_forms import send_form

LIST = "/admin/orders/paymentmethod/"
NEW = {
    "name_ru": "Картой",
    "name_en": "By card",
    "code": "card",
    "is_active": "on",
    "position": "3",
    "provider": "emulator",
    "terms": "prepaid",
    "expire_minutes": "30",
    "moves_to_processing": "on",
    "min_total": "10.00",
    "max_total": "500.00",
    "instructions_ru": "Оплатите по ссылке.",
    "instructions_en": "Follow the link.",
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def providers(settings) -> None:
    settings.PAYMENT_PROVIDERS = ("manual", "emulator")


def page_of(method: PaymentMethod) -> str:
    return f"{LIST}{method.pk}/change/"


def errors_of(response: Any) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors)


def test_method_is_added_with_what_it_is_for(office: Client):
    courier = make_method()

    response = office.post(f"{LIST}add/", {**NEW, "delivery_methods": [courier.pk]})

    assert response.status_code == 302
    method = PaymentMethod.objects.get(code="card")
    kept = {name: getattr(method, name) for name in NEW}
    assert kept == {
        **NEW,
        "is_active": True,
        "position": 3,
        "expire_minutes": 30,
        "moves_to_processing": True,
        "min_total": Decimal(10),
        "max_total": Decimal(500),
    }
    assert list(method.delivery_methods.all()) == [courier]
    changes = [entry.changes for entry in AuditEntry.objects.about(method).order_by("pk")]
    assert changes[0]["code"] == [None, "card"]
    assert changes[1] == {"delivery_methods": [[], [f"{courier.pk}: Courier"]]}


def test_edit_is_audited_and_counts_at_once(office: Client):
    courier, method = make_method(), make_payment_method("card", name_ru="Картой")
    method.delivery_methods.add(courier)
    before = offered("card")

    send_form(office, page_of(method), delivery_methods=[], max_total="99.00")

    assert before == (frozenset({"courier"}), None)
    assert offered("card") == (frozenset(), Decimal(99))
    changes = [entry.changes for entry in AuditEntry.objects.about(method).order_by("pk")]
    assert changes == [
        {"max_total": [None, "99.00"]},
        {"delivery_methods": [[f"{courier.pk}: Courier"], []]},
    ]


def test_limits_must_be_in_order(office: Client):
    method = make_payment_method("card")

    page = send_form(office, page_of(method), min_total="10", max_total="9.99")

    assert list(errors_of(page)) == ["max_total"]
    assert "The maximum is below the minimum." in page.text
    assert PaymentMethod.objects.get(pk=method.pk).max_total is None


@pytest.mark.parametrize(("field", "value"), [("min_total", "-1"), ("position", "-1"), ("code", "a b")])
def test_nonsense_is_refused(office: Client, field: str, value: str):
    page = send_form(office, page_of(make_payment_method("card")), **{field: value})

    assert list(errors_of(page)) == [field]


def offered(code: str) -> tuple[frozenset[str], Decimal | None]:
    methods = {method.row.code: method for method in current_configuration()[PAYMENT_METHODS]}
    return methods[code].delivery_codes, methods[code].row.max_total


def test_provider_is_one_of_those_that_are_switched_on(office: Client, settings):
    settings.PAYMENT_PROVIDERS = ("manual", "yookassa")

    choices = re.findall(r'<option value="(\w+)"( selected)?>', office.get(f"{LIST}add/").text)
    refused = office.post(f"{LIST}add/", {**NEW, "provider": "stripe"})

    assert choices == [("manual", " selected"), ("yookassa", "")]
    assert list(errors_of(refused)) == ["provider"]
    assert not PaymentMethod.objects.filter(code="card").exists()


def test_method_whose_provider_is_switched_off_says_so_and_keeps_it(office: Client, settings):
    method = make_payment_method("card", provider="stripe", terms="prepaid")
    settings.PAYMENT_PROVIDERS = ("manual",)

    listed = office.get(LIST).text
    send_form(office, page_of(method), name_ru="Картой")

    method.refresh_from_db()
    assert "Stripe (switched off: not offered)" in listed
    assert (method.name_ru, method.provider) == ("Картой", "stripe")


def test_order_that_is_paid_on_delivery_does_not_expire(office: Client):
    response = office.post(f"{LIST}add/", {**NEW, "provider": "manual", "terms": "on_delivery"})

    assert list(errors_of(response)) == ["expire_minutes"]
    assert not PaymentMethod.objects.filter(code="card").exists()
