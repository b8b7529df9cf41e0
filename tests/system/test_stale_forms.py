"""A form of the admin that was opened before somebody else changed the row saves nothing: each field."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client, RequestFactory

from apps.catalog.tests.factories import make_category, make_product
from apps.catalog.tests.variants import make_group
from apps.core.admin.optimistic_locking import VERSION, VersionedAdmin
from apps.delivery.tests.factories import make_method, make_point, make_rate, make_zone
from apps.import_export.formats import FileFormat
from apps.import_export.services import order_export
from apps.orders.models import PaymentMethod
from apps.orders.tests.factories import make_order
from apps.promotions.tests.factories import make_code
from apps.store.tests.factories import shipped_tax_class
from apps.store.tests.sellers import make_seller
from apps.users.models import Session, User
from conftest import PASSWORD, signed_in
from tests.support.admin_rows import ADMINS, change, page_of, row_of, typed
from tests.support.databases import undone
from tests.support.faults import all_rows
from tests.support.html_forms import opened_form, send_form
from tests.support.parameters import some, spread

FORMS = {
    "auth.group": {"name", "permissions"},
    "catalog.attribute": {"name_ru", "name_en", "unit", "is_filter", "position"},
    "catalog.category": {"name", "slug", "parent", "tax_class", "description", "is_active"},
    "catalog.product": {
        "name",
        "slug",
        "sku",
        "category",
        "price",
        "compare_at_price",
        "tax_class",
        "weight_g",
        "description",
        "is_active",
        "barcode",
        "external_id",
        "unit",
        "min_quantity",
        "quantity_step",
        "length_mm",
        "width_mm",
        "height_mm",
        "meta_title",
        "meta_description",
    },
    "catalog.productgroup": {"name", "slug", "category", "description"},
    "delivery.deliverymethod": {
        "name_ru",
        "name_en",
        "code",
        "kind",
        "carrier",
        "is_active",
        "position",
        "tax_class",
        "min_total",
        "max_total",
        "max_weight_g",
        "needs_phone",
        "days_min",
        "days_max",
        "free_from",
        "free_from_basis",
    },
    "delivery.deliveryzone": {"name"},
    "delivery.pickuppoint": {
        "provider",
        "code",
        "kind",
        "name",
        "country",
        "region",
        "city",
        "postal_code",
        "address",
        "lat",
        "lon",
        "hours",
        "max_weight_g",
        "takes_cash",
        "takes_cards",
        "is_active",
    },
    "orders.paymentmethod": {
        "name_ru",
        "name_en",
        "code",
        "is_active",
        "position",
        "provider",
        "terms",
        "moves_to_processing",
        "expire_minutes",
        "min_total",
        "max_total",
        "delivery_methods",
        "instructions_ru",
        "instructions_en",
    },
    "store.seller": {
        "legal_name",
        "short_name",
        "inn",
        "kpp",
        "ogrn",
        "vat_id",
        "country",
        "address",
        "email",
        "phone",
        "bank_name",
        "bik",
        "account",
        "corr_account",
        "tax_system",
        "director",
        "is_active",
    },
    "store.taxclass": {"name_ru", "name_en"},
    "promotions.promotion": {
        "name_ru",
        "name_en",
        "is_active",
        "kind",
        "value",
        "trigger",
        "scope",
        "starts_at",
        "ends_at",
        "products",
        "categories",
        "min_total",
        "usage_limit",
        "per_customer_limit",
        "first_order_only",
    },
    "promotions.promotioncode": {"usage_limit", "is_active"},
    "users.user": {
        "username",
        "first_name",
        "last_name",
        "email",
        "is_active",
        "is_staff",
        "is_superuser",
        "groups",
        "user_permissions",
    },
}
# Rows of others that are edited on the page; the tests of their apps change them.
INLINED = {
    "catalog.attribute": {"values"},
    "catalog.category": {"translations"},
    "catalog.product": {"attributes", "related_links", "translations"},
    "catalog.productgroup": {"options", "products"},
    "delivery.deliverymethod": {"rates"},
    "delivery.deliveryzone": {"members"},
    "store.taxclass": {"rates"},
}
OUTDATED = "Nothing was saved: this page is out of date."

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff_client(client: Client, staff: User) -> Client:
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def shop(make_user: Callable[..., User], staff: User) -> None:
    """Have a row in every list, and another one beside it."""
    customer, _other = make_user(), make_user()
    make_order(customer, {make_product(category=make_category(parent=make_category())): 1, make_product(): 1})
    for _row in range(2):
        make_rate(make_method(), "350.00", zone=make_zone(("RU", "", "")))
        make_point()
        make_group((make_product(), {}))
    PaymentMethod.objects.create(code="card", name_ru="Картой", terms="prepaid")  # beside the one there is
    make_seller()
    make_seller(is_active=False)
    shipped_tax_class("none")
    make_code()
    make_code()
    Session.objects.open(customer)
    order_export(kind="products", query="", listed=1, file_format=FileFormat.PROGRAMS, created_by=staff)


def test_forms_are_those_of_the_table(shop: None, staff: User):
    request = RequestFactory().get("/")
    request.user = staff

    editable = {
        label: set(fields_of(each, request))
        for label, each in ADMINS.items()
        if each.has_change_permission(request, row_of(label))
    }

    assert editable == {label: fields | INLINED.get(label, set()) for label, fields in FORMS.items()}


@pytest.mark.parametrize("label", some(FORMS, of=3))
def test_field_that_somebody_else_has_changed_is_named_and_nothing_is_saved(
    shop: None, staff_client: Client, label: str
):
    row = row_of(label)
    form = opened_form(staff_client, page_of(row))
    for field in sorted(FORMS[label]):
        with undone():
            change(row, field)
            before = all_rows()

            page = staff_client.post(page_of(row), {**form, **typed(row, field)})

            errors = page.context["adminform"].form.errors
            assert set(errors) == {"__all__", field}
            assert errors["__all__"][0].startswith(OUTDATED)
            assert "was changed after you opened the page. It is now" in errors[field][0]
            assert all_rows() == before


@pytest.mark.parametrize(("label", "version"), spread(list(FORMS), [None, "", "x", "name:x", "name"], each=2))
def test_form_that_does_not_say_what_was_seen_saves_nothing(
    shop: None, staff_client: Client, label: str, version: str | None
):
    row = row_of(label)
    before = all_rows()

    page = send_form(staff_client, page_of(row), **{VERSION: version}, **typed(row))

    assert page.context["adminform"].form.errors["__all__"][0].startswith(OUTDATED)
    assert all_rows() == before


@pytest.mark.parametrize("label", some(FORMS, of=3))
def test_form_of_another_row_saves_nothing(shop: None, staff_client: Client, label: str):
    row = row_of(label)
    other = type(row)._default_manager.exclude(pk=row.pk).last()
    before = all_rows()

    page = send_form(
        staff_client, page_of(row), **{VERSION: opened_form(staff_client, page_of(other))[VERSION]}
    )

    assert page.context["adminform"].form.errors["__all__"][0].startswith(OUTDATED)
    assert all_rows() == before


@pytest.mark.parametrize("label", some(FORMS, of=3))
def test_refused_form_is_refused_again_until_the_page_is_opened_anew(
    shop: None, staff_client: Client, label: str
):
    row = row_of(label)
    form = {**opened_form(staff_client, page_of(row)), **typed(row)}
    change(row, next(iter(typed(row))))

    refused = staff_client.post(page_of(row), form)
    again = staff_client.post(page_of(row), {**form, VERSION: refused.context["adminform"].form.version})
    anew = send_form(staff_client, page_of(row), **typed(row))

    assert (refused.status_code, again.status_code, anew.status_code) == (200, 200, 302)


@pytest.mark.parametrize(
    ("label", "fact", "value"),
    [("catalog.product", "stock", 3), ("users.user", "last_login", "2030-01-01T12:00:00Z")],
)
def test_fact_that_changes_by_itself_does_not_stop_a_form(
    shop: None, staff_client: Client, label: str, fact: str, value: Any
):
    row = row_of(label)
    form = opened_form(staff_client, page_of(row))
    type(row)._default_manager.filter(pk=row.pk).update(**{fact: value})
    noted = getattr(row_of(label), fact)

    response = staff_client.post(page_of(row), {**form, **typed(row)})

    assert response.status_code == 302
    assert getattr(row_of(label), fact) == noted


def test_erased_account_stays_erased(staff_client: Client, customer: User):
    User.objects.filter(pk=customer.pk).update(first_name="Olga")
    form = opened_form(staff_client, page_of(customer))
    signed_in(customer).delete("/api/v1/auth/me/", {"password": PASSWORD})
    before = all_rows()

    response = staff_client.post(page_of(customer), {**form, "first_name": "Olga Maria"})

    assert response.status_code == 403
    assert "The account has been erased. Nothing was saved." in response.text
    assert all_rows() == before


def test_whoever_changed_it_is_named(staff_client: Client, make_user: Callable[..., User], customer: User):
    olga = make_user(username="olga", is_staff=True, is_superuser=True)
    colleague = Client()
    colleague.force_login(olga)
    form = opened_form(staff_client, page_of(customer))
    group = Group.objects.get(name="Support")
    send_form(colleague, page_of(customer), is_active=None, groups=[group.pk])

    page = staff_client.post(page_of(customer), {**form, "first_name": "Anna"})

    assert page.context["adminform"].form.errors["is_active"] == [
        "olga changed “active” after you opened the page. It is now “No”."
    ]
    assert page.context["adminform"].form.errors["groups"] == [
        "olga changed “groups” after you opened the page. It is now “Support”."
    ]
    customer.refresh_from_db()
    assert (customer.first_name, customer.is_active) == ("", False)


def test_revoked_permission_stays_revoked(staff_client: Client):
    group = Group.objects.get(name="Support")
    form = opened_form(staff_client, page_of(group))
    group.permissions.remove(Permission.objects.get(codename="view_order"))

    page = staff_client.post(page_of(group), {**form, "name": "Helpers"})

    assert set(page.context["adminform"].form.errors) == {"__all__", "permissions"}
    assert not group.permissions.filter(codename="view_order").exists()
    assert Group.objects.get(pk=group.pk).name == "Support"


def fields_of(model_admin: VersionedAdmin, request: Any) -> list[str]:
    row = row_of(model_admin.model._meta.label_lower)
    return model_admin.get_form(request, row, change=True)(instance=row).versioned_fields
