"""Attributes of products as the API writes them: the whole list, or nothing."""

import pytest

from apps.audit.models import AuditEntry
from apps.catalog.models import Product, ProductAttribute
from apps.catalog.tests.factories import make_attribute, make_category, make_product
from apps.core.tests.answers import refusal_of

URL = "/api/v1/products/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kinds(db):
    """Make an attribute of each type."""
    make_attribute("color", red="Красный", blue="Синий")
    make_attribute("weight", type="number", unit="g")
    make_attribute("vegan", type="bool")
    make_attribute("origin", type="text", is_filter=False)


ALL = [
    {"code": "color", "values": ["red", "blue", "red"]},
    {"code": "weight", "values": ["2.50"]},
    {"code": "vegan", "values": ["true"]},
    {"code": "origin", "values": [" Nepal | India "]},
]
TEXTS = ["color: blue, red", "origin: Nepal | India", "vegan: true", "weight: 2.5"]


def written(staff_api, product, attributes):
    return staff_api.patch(
        f"{URL}{product.pk}/", {"attributes": attributes}, headers={"accept-language": "en"}
    )


def shown(response):
    assert response.status_code in {200, 201}
    return {each["code"]: each["values"] for each in response.json()["attributes"]}


def test_product_is_made_with_attributes(staff_api):
    body = {"name": "Mug", "sku": "M-1", "price": "5.00", "category": make_category().pk, "attributes": ALL}

    response = staff_api.post(URL, body, headers={"accept-language": "ru"})

    assert response.json()["attributes"] == [
        {"code": "color", "name": "Color", "unit": "", "values": ["Красный", "Синий"]},
        {"code": "origin", "name": "Origin", "unit": "", "values": ["Nepal | India"]},
        {"code": "vegan", "name": "Vegan", "unit": "", "values": ["да"]},
        {"code": "weight", "name": "Weight", "unit": "g", "values": ["2.5"]},
    ]
    entries = AuditEntry.objects.filter(target_kind="catalog.product", changes__has_key="attributes")
    assert [entry.changes for entry in entries] == [{"attributes": [[], TEXTS]}]


@pytest.mark.parametrize("method", ["put", "patch"])
def test_list_replaces_all_attributes_and_a_write_without_it_none(staff_api, method):
    product = make_product(price="10.00")
    required = {"name": product.name, "sku": product.sku, "price": "10.00", "category": product.category_id}
    change = getattr(staff_api, method)
    address = f"{URL}{product.pk}/"

    change(address, {**required, "attributes": ALL})
    assert shown(change(address, {**required, "unit": "pcs"})).keys() == {
        "color",
        "weight",
        "vegan",
        "origin",
    }

    some = [{"code": "color", "values": ["blue"]}, {"code": "weight", "values": []}]
    assert shown(change(address, {**required, "attributes": some})) == {"color": ["Синий"]}
    assert shown(change(address, {**required, "attributes": []})) == {}
    told = AuditEntry.objects.about(product).filter(changes__has_key="attributes").order_by("pk")
    assert [entry.changes["attributes"] for entry in told] == [
        [[], TEXTS],
        [TEXTS, ["color: blue"]],
        [["color: blue"], []],
    ]


def test_same_attributes_change_nothing(staff_api):
    product = make_product()
    first = written(staff_api, product, ALL)
    rows = list(ProductAttribute.objects.values())

    same = [*reversed(ALL[1:]), {"code": "color", "values": ["blue", "red"]}]
    second = written(staff_api, product, same)

    assert second["ETag"] == first["ETag"]
    assert list(ProductAttribute.objects.values()) == rows
    assert AuditEntry.objects.about(product).count() == 1


@pytest.mark.django_db(transaction=True)
def test_change_is_seen_at_once_in_the_cached_product(api, staff_api):
    product = make_product()
    address = f"{URL}{product.pk}/"
    assert shown(api.get(address)) == {}

    response = written(staff_api, product, ALL[1:2])

    assert shown(api.get(address)) == {"weight": ["2.5"]}
    assert api.get(address).json()["updated_at"] == response.json()["updated_at"]
    assert Product.objects.get().updated_at > product.updated_at


@pytest.mark.parametrize(
    ("attributes", "errors"),
    [
        ([{"code": "colour", "values": ["red"]}], [("does_not_exist", "/0/code")]),
        ([{"code": "color", "values": ["red", "green"]}], [("does_not_exist", "/0/values/1")]),
        ([{"code": "color", "values": ["Красный"]}], [("does_not_exist", "/0/values/0")]),
        ([{"code": "weight", "values": ["heavy"]}], [("invalid", "/0/values/0")]),
        ([{"code": "weight", "values": ["1e3"]}], [("invalid", "/0/values/0")]),
        ([{"code": "weight", "values": ["1.00001"]}], [("max_decimal_places", "/0/values/0")]),
        ([{"code": "weight", "values": ["1" * 13]}], [("max_whole_digits", "/0/values/0")]),
        ([{"code": "weight", "values": ["1", "2"]}], [("max_length", "/0/values")]),
        ([{"code": "vegan", "values": ["yes"]}], [("invalid", "/0/values/0")]),
        ([{"code": "origin", "values": ["x" * 501]}], [("max_length", "/0/values/0")]),
        ([{"code": "origin", "values": [""]}], [("blank", "/0/values/0")]),
        ([{"code": "weight", "values": [2.5]}], [("invalid", "/0/values/0")]),
        ([{"code": "vegan", "values": [True]}], [("invalid", "/0/values/0")]),
        ([{"code": "weight", "values": None}], [("null", "/0/values")]),
        ([{"code": "color", "values": ["red"]}] * 2, [("conflict", "/1/code")]),
        ([{"values": []}], [("required", "/0/code")]),
        ([{"code": "color"}], [("required", "/0/values")]),
        ([{"code": "color", "values": [], "unit": "g"}], [("unknown_member", "/0/unit")]),
        (["color"], [("invalid", "/0")]),
        ({"color": ["red"]}, [("not_a_list", "")]),
        (
            [{"code": "vegan", "values": ["2"]}, {"code": "x", "values": []}, *ALL[1:2]],
            [("does_not_exist", "/1/code"), ("invalid", "/0/values/0")],
        ),
    ],
)
def test_unfit_attributes_are_refused_and_change_nothing(staff_api, attributes, errors):
    product = make_product()
    written(staff_api, product, ALL[:1])

    response = written(staff_api, product, attributes)

    status, code, found = refusal_of(response)
    assert (status, code) == (400, "validation_error")
    assert sorted(found) == [(fault, f"/attributes{pointer}") for fault, pointer in errors]
    assert shown(staff_api.get(f"{URL}{product.pk}/")) == {"color": ["Красный", "Синий"]}
    assert AuditEntry.objects.about(product).count() == 1


def test_too_long_lists_are_refused(staff_api):
    product = make_product()

    many = written(staff_api, product, [{"code": f"a{number}", "values": []} for number in range(101)])
    long = written(staff_api, product, [{"code": "color", "values": ["red"] * 101}])

    assert refusal_of(many)[2] == [("max_length", "/attributes")]
    assert refusal_of(long)[2] == [("max_length", "/attributes/0/values")]
