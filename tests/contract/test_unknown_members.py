"""A body holds what the call reads, each member once; anything else is refused, by its pointer."""

import json
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.core.tests.answers import problem, problem_of, refusal_of
from apps.orders.models import Order
from apps.orders.tests.factories import make_order
from apps.users.models import Session, User
from conftest import PASSWORD
from tests.support.committed_schema import SCHEMA, resolved
from tests.support.faults import all_rows

JSON = "application/json"
NUMBER = "2b7cf1d4-0a5e-4f83-9b06-6d1a4e5c7f20"
ORDERS, PRODUCTS, ME = "/api/v1/orders/", "/api/v1/products/", "/api/v1/auth/me/"
WRITES = [
    (method.upper(), path, operation)
    for path, operations in SCHEMA["paths"].items()
    for method, operation in operations.items()
    if method != "get"
]
WITH_BODY = [write for write in WRITES if JSON in write[2].get("requestBody", {}).get("content", {})]
WITHOUT_BODY = [write for write in WRITES if "requestBody" not in write[2]]


def post_raw(client: APIClient, path: str, body: str) -> Any:
    return client.post(path, body, content_type=JSON, headers={"Accept-Language": "en"})


@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_every_call_refuses_its_own_example_with_one_more_member(staff_api: APIClient, customer: User):
    call_command("load_demo", "--without-pictures", verbosity=0)
    make_order(customer)
    before = all_rows()

    for method, path, operation in WITH_BODY:
        (example,) = operation["requestBody"]["content"][JSON]["examples"].values()
        body = {**resolved(example)["value"], "unexpected": 1}

        response = staff_api.generic(
            method,
            address_of(path),
            json.dumps(body),
            content_type=JSON,
            headers={"Idempotency-Key": operation["operationId"]},
        )

        refused = (400, "validation_error", [("unknown_member", "/unexpected")])
        assert refusal_of(response) == refused, operation["operationId"]
    assert len(WITH_BODY) >= 19
    assert all_rows() == before


@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_every_call_without_a_body_refuses_one(staff_api: APIClient, staff: User, customer: User):
    session = Session.objects.open(staff)
    make_order(customer)
    before = all_rows()

    for method, path, operation in WITHOUT_BODY:
        address = address_of(path, str(session.pk) if "sessions" in path else "1")
        body = json.dumps({"password": PASSWORD, "hard": True} if path == ME else {"hard": True})

        response = staff_api.generic(method, address, body, content_type=JSON)

        refused = (400, "validation_error", [("unknown_member", "/hard")])
        assert refusal_of(response) == refused, operation["operationId"]
    assert len(WITHOUT_BODY) >= 8
    assert all_rows() == before


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["", "{}"])
def test_empty_body_is_none(staff_api: APIClient, body: str):
    product = make_product()

    response = staff_api.generic("DELETE", f"{PRODUCTS}{product.pk}/", body, content_type=JSON)

    assert response.status_code == 204


def test_every_object_of_every_body_is_closed_in_the_schema():
    open_ones = [
        (operation["operationId"], name)
        for _method, _path, operation in WITH_BODY
        for name, schema in objects(operation["requestBody"]["content"][JSON]["schema"], "body")
        if schema.get("additionalProperties") is not False
    ]

    assert not open_ones, "What reads a body is an InputSerializer, and has no field without known members."


@pytest.mark.django_db
@pytest.mark.parametrize("quoted", [False, True], ids=["placed", "quoted"])
def test_misspelt_guard_of_an_order_is_refused(customer_api: APIClient, quoted: bool):
    product = make_product(price="10.00", stock=5)
    line = {"product_id": product.pk, "quantity": 1}

    response = customer_api.post(
        f"{ORDERS}quote/" if quoted else ORDERS,
        {"items": [{**line, "qty": 5}], "expected_totl": "0.01"},
        headers={"Accept-Language": "en"},
    )

    detail = "Unknown member."
    assert problem_of(response) == problem(
        400,
        "validation_error",
        "Some values in the request are invalid.",
        errors=[
            {"code": "unknown_member", "detail": detail, "pointer": "/items/0/qty"},
            {"code": "unknown_member", "detail": detail, "pointer": "/expected_totl"},
        ],
    )
    assert not Order.objects.exists()
    assert Product.objects.get().stock == 5


@pytest.mark.django_db
def test_misspelt_price_changes_nothing(staff_api: APIClient):
    product = make_product(price="10.00")
    before = all_rows()

    response = staff_api.patch(f"{PRODUCTS}{product.pk}/", {"pirce": "1.00"})

    assert refusal_of(response) == (400, "validation_error", [("unknown_member", "/pirce")])
    assert all_rows() == before


@pytest.mark.django_db
@pytest.mark.parametrize("member", ["id", "currency", "created_at", "updated_at"])
def test_member_that_only_answers_have_is_unknown_to_a_write(staff_api: APIClient, member: str):
    product = make_product()
    shown = staff_api.get(f"{PRODUCTS}{product.pk}/").json()

    response = staff_api.patch(f"{PRODUCTS}{product.pk}/", {member: shown[member]})

    assert refusal_of(response) == (400, "validation_error", [("unknown_member", f"/{member}")])


@pytest.mark.django_db
@pytest.mark.parametrize("member", ["email", "username", "is_staff", "is_superuser", "password"])
def test_own_account_cannot_be_given_what_it_does_not_take(
    customer_api: APIClient, customer: User, member: str
):
    before = all_rows()

    response = customer_api.patch(ME, {"first_name": "Anna", member: "x"})

    assert refusal_of(response) == (400, "validation_error", [("unknown_member", f"/{member}")])
    assert all_rows() == before


@pytest.mark.django_db
def test_unknown_members_are_told_with_the_other_faults(staff_api: APIClient):
    response = staff_api.post(PRODUCTS, {"name": "Mug", "sku": "M", "price": "x", "category": 0, "colour": 1})

    assert refusal_of(response) == (
        400,
        "validation_error",
        [("invalid", "/price"), ("does_not_exist", "/category"), ("unknown_member", "/colour")],
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "pointer"),
    [
        ("non_field_errors", "/non_field_errors"),
        ("__all__", "/__all__"),
        ("", "/"),
        ("Name", "/Name"),
        ("name ", "/name "),
        ("name\x00", "/name\x00"),
        ("a/b~c", "/a~1b~0c"),
        ("имя", "/имя"),
        ("\ud800", "/?"),
    ],
)
def test_unknown_member_is_named_whatever_its_name(staff_api: APIClient, name: str, pointer: str):
    response = staff_api.post("/api/v1/categories/", json.dumps({"name": "Tea", name: 1}), content_type=JSON)

    assert refusal_of(response) == (400, "validation_error", [("unknown_member", pointer)])


@pytest.mark.django_db
def test_unknown_members_by_the_thousand_get_a_short_answer(customer_api: APIClient):
    response = customer_api.post(ORDERS, {f"m{number}": 1 for number in range(20_000)})

    assert len(refusal_of(response)[2]) == 100


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ('{"items": [{"product_id": 1, "quantity": 1}], "items": []}', ["/items"]),
        ('{"items": [{"product_id": 1, "quantity": 1, "quantity": 1}]}', ["/items/0/quantity"]),
        (
            '{"items": [{"product_id": 1, "quantity": 1}, {"product_id": 1, "product_id": 2, "quantity": 1,'
            ' "quantity": 2}], "expected_total": "1.00", "expected_total": "2.00"}',
            ["/expected_total", "/items/1/product_id", "/items/1/quantity"],
        ),
        ('{"items": [], "\\u0069tems": []}', ["/items"]),
        ('{"a/b": {"~": 1, "~": 2}}', ["/a~1b/~0"]),
        ('{"": 1, "": 2}', ["/"]),
    ],
    ids=["same name", "in a line", "several", "escaped", "special characters", "empty name"],
)
def test_member_that_comes_twice_is_refused(customer_api: APIClient, body: str, pointers: list[str]):
    make_product(stock=5)

    response = post_raw(customer_api, ORDERS, body)

    detail = "This member appears more than once."
    assert problem_of(response) == problem(
        400,
        "validation_error",
        "Some values in the request are invalid.",
        errors=[{"code": "duplicate_member", "detail": detail, "pointer": pointer} for pointer in pointers],
    )
    assert not Order.objects.exists()


@pytest.mark.django_db
def test_members_that_come_twice_by_the_thousand_get_a_short_answer(customer_api: APIClient):
    lines = ",".join(['{"quantity": 1, "quantity": 2}'] * 10_000)

    response = post_raw(customer_api, ORDERS, f'{{"items": [{lines}]}}')

    assert len(refusal_of(response)[2]) == 100


@pytest.mark.django_db
def test_refusal_of_a_member_can_be_in_russian(customer_api: APIClient):
    unknown = customer_api.patch(ME, {"email": "a@example.com"})
    doubled = customer_api.patch(ME, '{"first_name": "А", "first_name": "Б"}', content_type=JSON)

    texts = [response.json()["errors"][0]["detail"] for response in (unknown, doubled)]
    assert texts == ["Неизвестное поле.", "Поле указано больше одного раза."]


def address_of(path: str, row_id: str = "1") -> str:
    """Return the address with the ids of rows that there are."""
    return path.format(id=row_id, product_id=row_id, order_id=row_id, payment_id=NUMBER, refund_id=NUMBER)


def objects(schema: dict[str, Any], name: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the objects that the schema describes, the inner ones too."""
    schema = resolved(schema)
    inner = [*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())]
    found = [each for part in inner for each in objects(part, name)]
    if "items" in schema:
        found += objects(schema["items"], f"{name}[]")
    if schema.get("type") == "object":
        found.append((name, schema))
        found += [
            each for key, part in schema["properties"].items() for each in objects(part, f"{name}/{key}")
        ]
    return found
