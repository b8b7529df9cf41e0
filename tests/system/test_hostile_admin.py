"""Whatever the admin is sent, in a URL, a form or a cookie: no response is a 5xx.

`STORE_TEST_ROUNDS` tries so many values for each parameter instead of one or two.
"""

from collections.abc import Callable
from itertools import cycle, islice
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_category, make_product
from apps.core.admin.optimistic_locking import VERSION
from apps.core.tests.threads import rounds
from apps.delivery.tests.factories import make_method, make_point, make_rate, make_zone
from apps.import_export.formats import FileFormat
from apps.import_export.services import order_export
from apps.orders.models import Order
from apps.orders.tests.factories import make_order
from apps.users.models import Session, User
from tests.support.admin_rows import ADMINS, page_of, row_of
from tests.support.html_forms import opened_form
from tests.support.parameters import some

pytestmark = pytest.mark.django_db(transaction=True)  # what fails must not be within the test's transaction

VALUES = [
    "\0",
    "9" * 20,
    "'",
    "9999-12-31",
    "1,\0",
    "0001-01-01",
    "-" + "9" * 20,
    "1e400",
    "10000-01-01",
    "NaN",
    "1," + "9" * 20,
    "2026-02-30",
    "true",
    "9" * 5_000,
    "💥\u202e\ufffe",
]
QUOTED = [*map(quote, VALUES), "%ED%A0%80", "%FF", "%", "%u0000", "%F4%90%80%80"]  # and what is no UTF-8
COMMON = ["q", "o", "p", "_popup", "_to_field", "_facets", "_changelist_filters", "pk__in", "pk__regex"]
ROWS = ["%00", "9" * 20, "-1", "0", "x", "%ED%A0%80", "_00", "_5Fx", "a/b", "9" * 500]
PAGES = ["change", "delete", "history"]
COOKIES = [r'"\000aaaaaaaaaaaa"', r'"\377\355\240\200aaaaaaaa"', "9" * 4000, "a:b:c", "é"]
COOKIE_NAMES = ["sessionid", "csrftoken", "messages", "django_language"]
TERMS = {"app_label": "catalog", "model_name": "category", "field_name": "parent", "term": "x", "page": "1"}

MODELS = some(admin.site._registry, of=3, name=lambda model: model._meta.label_lower)


@pytest.fixture
def staff_client(client: Client, staff: User, make_user: Callable[..., User]) -> Client:
    """Return the browser of a superuser, in a shop with a row in every list."""
    customer = make_user()
    make_order(customer, {make_product(category=make_category(parent=make_category())): 1})
    make_rate(make_method(), "350.00", zone=make_zone(("RU", "", "")))
    make_point()
    Session.objects.open(customer)
    order_export(kind="products", query="", listed=1, file_format=FileFormat.PROGRAMS, created_by=staff)
    client.force_login(staff)
    client.raise_request_exception = False
    return client


def few(values: list[str], number: int) -> list[str]:
    """Return the first of the values, or all for a long run."""
    return values if rounds(0) else values[:number]


def faults(answers: dict[Any, Any]) -> dict[str, int]:
    """Return those of the answers that are faults of the store."""
    statuses = {str(sent)[:100]: answer.status_code for sent, answer in answers.items()}
    return {sent: status for sent, status in statuses.items() if status >= 500}


def parameters_of(model_admin: admin.ModelAdmin, user: User) -> set[str]:
    request = RequestFactory().get("/")
    request.user = user
    filters = model_admin.get_changelist_instance(request).filter_specs
    return {
        *COMMON,
        *(name for each in filters for name in each.expected_parameters() if name),
        *(f"{field.name}__exact" for field in model_admin.opts.concrete_fields),
    }


@pytest.mark.parametrize("model", MODELS)
def test_parameter_of_a_list_is_never_a_fault(staff_client: Client, staff: User, model: Any):
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    others = cycle(QUOTED)
    queries = {
        f"{parameter}={value}"
        for parameter in sorted(parameters_of(admin.site._registry[model], staff))
        for value in {QUOTED[0], *islice(others, len(rounds(0)))}
    }

    answers = {query: staff_client.get(f"{address}?{query}") for query in sorted(queries)}

    assert faults(answers) == {}


def test_value_that_no_column_holds_leads_back_to_the_list(staff_client: Client):
    address = reverse("admin:orders_order_changelist")

    response = staff_client.get(f"{address}?status__exact=%00")

    if response.status_code == 302:  # SQLite holds anything
        assert response.url == f"{address}?e=1"
    assert staff_client.get(f"{address}?e=1").status_code == 200


def test_filter_is_never_a_fault(staff_client: Client):
    parameters = ["status__exact", "id__exact", "id__in", "created_at_from", "total_price_to", "p", "o"]
    orders = reverse("admin:orders_order_changelist")
    queries = [f"{parameter}={value}" for parameter in parameters for value in few(QUOTED, 6)]

    answers = {query: staff_client.get(f"{orders}?{query}") for query in queries}

    assert faults(answers) == {}


@pytest.mark.parametrize(
    "lookup",
    [
        "created_at__year=99999",
        "created_at__year__gt=99999",
        "date_joined__iso_year=0",
        "created_at__date=x",
        "id__range=1",
        "status__range=x",
        "kind__regex=(",
        "username__iregex=[",
    ],
)
def test_lookup_that_no_filter_needs_is_refused(staff_client: Client, lookup: str):
    kinds = [model._meta for model in admin.site._registry]
    lists = [f"admin:{kind.app_label}_{kind.model_name}_changelist" for kind in kinds]

    answers = {name: staff_client.get(f"{reverse(name)}?{lookup}").status_code for name in lists}

    assert set(answers.values()) <= {302, 400}  # 302: there is no such field


@pytest.mark.parametrize("model", MODELS)
def test_address_of_a_row_is_never_a_fault(staff_client: Client, model: Any):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    addresses = [f"{reverse(name)}{row}/{page}/" for row in few(ROWS, 3) for page in PAGES]

    got = {address: staff_client.get(address) for address in addresses}
    sent = {address: staff_client.post(address, {"post": "yes", VERSION: "\0"}) for address in addresses}

    assert faults(got) == faults(sent) == {}


@pytest.mark.parametrize("model", MODELS)
def test_action_with_rows_that_cannot_be_is_never_a_fault(staff_client: Client, staff: User, model: Any):
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    request = RequestFactory().get("/")
    request.user = staff
    actions = [*admin.site._registry[model].get_actions(request), "\0", "no_such_action"]
    before = list(Product.objects.values()), list(Order.objects.values())

    answers = {
        (action, chosen): staff_client.post(
            address,
            {"action": action, "_selected_action": chosen, "index": "0", "select_across": "0", "post": "yes"},
        )
        for action in actions
        for chosen in few(VALUES, 2)
    }

    assert faults(answers) == {}
    assert (list(Product.objects.values()), list(Order.objects.values())) == before


@pytest.mark.parametrize("label", ["auth.group", "catalog.category", "catalog.product", "users.user"])
def test_field_of_a_form_is_never_a_fault(staff_client: Client, label: str):
    row = row_of(label)
    form = opened_form(staff_client, page_of(row))
    fields = ADMINS[label].get_form(request_of(staff_client), row, change=True)(instance=row).versioned_fields
    others = cycle(VALUES)

    answers = {
        (field, value): staff_client.post(page_of(row), {**form, field: value})
        for field in [*fields, VERSION, "_popup", "_to_field"]
        for value in ["\0", *islice(others, len(rounds(0)))]
    }

    assert faults(answers) == {}


def test_pages_of_stock_orders_and_prices_are_never_a_fault(staff_client: Client):
    product, order = Product.objects.get(), Order.objects.get()

    answers = {
        (address, value, number): staff_client.post(address, form)
        for value in few(VALUES, 5)
        for number, (address, form) in enumerate(forms_with(value, product, order))
    }

    assert faults(answers) == {}
    product.refresh_from_db()
    order.refresh_from_db()
    assert (product.stock, str(product.price), order.status) == (99, "10.00", "pending")


def forms_with(value: str, product: Product, order: Order) -> list[tuple[str, dict[str, Any]]]:
    """Return forms of the store's own pages, each with the value in one place or two."""
    stock = reverse("admin:catalog_product_stock", args=[product.pk])
    stocktake = reverse("admin:catalog_product_stocktake")
    products, orders = (reverse(f"admin:{name}_changelist") for name in ("catalog_product", "orders_order"))
    move = reverse("admin:orders_order_move", args=[order.pk])
    seen, moved = f"seen_{product.pk}", f"seen_{order.pk}"
    price = {"form-0-id": product.pk, "initial-form-0-price": "10.00", "_save": "1"}
    chosen = {"_selected_action": order.pk, "step": "confirm"}
    return [
        (stock, {"delta": value, "reason": value}),
        (stock, {"count": "1", "reason": "count", seen: value}),
        (stock, {"count": value, "reason": value, seen: "1"}),
        (stocktake, {"reason": "count", seen: value, f"count_{product.pk}": "1"}),
        (stocktake, {"reason": value, f"seen_{value}": "1", f"count_{value}": "1"}),
        (products, {**price, "form-0-price": value}),
        (products, {**price, "form-0-price": "1.00", "initial-form-0-price": value}),
        (products, {**price, "form-0-price": "1.00", "form-0-id": value}),
        (
            products,
            {"_selected_action": product.pk, "action": "move_to_category", "category": value, "step": "x"},
        ),
        (move, {"status": value, moved: "pending"}),
        (move, {"status": "processing", moved: value}),
        (move, {"status": "cancelled", "comment": f"x{value}", moved: value}),
        (orders, {**chosen, "action": "move_on", moved: value}),
        (orders, {**chosen, "action": "cancel", "reason": value}),
    ]


def test_reason_that_no_column_holds_cancels_nothing(staff_client: Client):
    order = Order.objects.get()
    form = {"status": "cancelled", "comment": "out\0of clay", f"seen_{order.pk}": "pending"}

    staff_client.post(reverse("admin:orders_order_move", args=[order.pk]), form)

    order.refresh_from_db()
    assert order.status == "pending"


def test_search_while_one_types_is_never_a_fault(staff_client: Client):
    address = reverse("admin:autocomplete")

    answers = {
        f"{parameter}={value}": staff_client.get(f"{address}?{urlencode(others)}&{parameter}={value}")
        for parameter in TERMS
        for value in few(QUOTED, 4)
        if (others := {name: term for name, term in TERMS.items() if name != parameter})
    }

    assert faults(answers) == {}


def test_login_and_other_pages_of_everybody_are_never_a_fault(client: Client, staff: User):
    client.raise_request_exception = False
    login = reverse("admin:login")

    for value in few(VALUES, 3):
        answers = {
            "names": client.post(login, {"username": value, "password": value, "next": value}),
            "next": client.post(f"{login}?next={quote(value)}", {"username": "x", "password": "x"}),
            "jsi18n": client.get(f"{reverse('admin:jsi18n')}?language={quote(value)}"),
            "unknown": client.get(f"/admin/{quote(value)}/"),
        }
        assert faults(answers) == {}


def test_cookie_is_never_a_fault(client: Client):
    client.raise_request_exception = False
    cookies = [f"{name}={value}" for name in COOKIE_NAMES for value in COOKIES]

    answers = {cookie: client.get("/admin/", headers={"cookie": cookie}) for cookie in cookies}

    assert faults(answers) == {}


def request_of(staff_client: Client) -> Any:
    request = RequestFactory().get("/")
    request.user = User.objects.get(pk=staff_client.session["_auth_user_id"])
    return request
