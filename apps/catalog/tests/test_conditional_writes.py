"""Conditional writes (`If-Match`): staff never overwrite what somebody else changed meanwhile."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import Category, PriceChange, Product
from apps.catalog.tests.factories import make_category, make_product
from apps.core.tests.answers import problem_of
from apps.core.tests.threads import at_once
from apps.store.configuration_cache import current_configuration
from conftest import signed_in
from tests.support.faults import all_rows
from tests.support.parameters import spread

HANDS, ROUNDS = 4, 5

pytestmark = pytest.mark.django_db(transaction=True)  # caches are dropped on commit


@pytest.fixture
def product():
    return make_product(name="Mug", price="10.00", category=make_category())


def address_of(row):
    return f"/api/v1/{'products' if isinstance(row, Product) else 'categories'}/{row.pk}/"


def whole(row):
    """Return a body that `PUT` takes."""
    if isinstance(row, Category):
        return {"name": "Renamed"}
    return {"name": "Renamed", "sku": row.sku, "price": "11.00", "category": row.category_id}


WRITES = {
    "PATCH": lambda client, row, **headers: client.patch(
        address_of(row), {"name": "Renamed"}, headers=headers
    ),
    "PUT": lambda client, row, **headers: client.put(address_of(row), whole(row), headers=headers),
    "DELETE": lambda client, row, **headers: client.delete(address_of(row), headers=headers),
    "hard DELETE": lambda client, row, **headers: client.delete(
        f"{address_of(row)}?hard=true", headers=headers
    ),
}
CHANGES = [
    ("PATCH", "product"),
    ("PUT", "product"),
    ("DELETE", "product"),
    ("PATCH", "category"),
    ("PUT", "category"),
    ("DELETE", "category"),
    ("hard DELETE", "category"),
]
SAME = ["{}", "*", '"other", {}', '{},W/"other"', "W/{}", '"other", W/{}', '"{bare}-gzip"', 'W/"{bare}--br"']
OTHER = ['"other"', 'W/"other"', '"{bare}-old"', '"{bare}0"', "{bare}", '"*"', "", "what is no tag"]


@pytest.fixture
def write(change):
    return change[0]


@pytest.fixture
def kind(change):
    return change[1]


@pytest.fixture
def row(product, kind):
    return product if kind == "product" else make_category(name="Empty")


@pytest.mark.parametrize(("change", "form"), spread(CHANGES, SAME, each=2))
def test_write_that_means_the_present_version_is_carried_out(staff_api, row, write, form):
    etag = staff_api.get(address_of(row))["ETag"]

    response = WRITES[write](staff_api, row, **{"If-Match": form.format(etag, bare=etag[1:-1])})

    assert response.status_code == (204 if "DELETE" in write else 200)


@pytest.mark.parametrize(("change", "form"), spread(CHANGES, OTHER, each=2))
def test_write_that_means_another_version_changes_nothing(staff_api, row, write, form):
    etag = staff_api.get(address_of(row))["ETag"]
    before = all_rows()

    response = WRITES[write](staff_api, row, **{"If-Match": form.format(etag, bare=etag[1:-1])})

    assert response.status_code == 412
    problem = problem_of(response)
    assert (problem["code"], problem["etag"]) == ("precondition_failed", etag)
    assert response["ETag"] == etag
    assert all_rows() == before


@pytest.mark.parametrize("change", CHANGES, ids=" ".join)
def test_write_after_somebody_else_s_is_refused_and_told_the_new_version(staff_api, row, write):
    seen = staff_api.get(address_of(row))["ETag"]
    changed = staff_api.patch(address_of(row), {"description": "Changed meanwhile"})
    before = all_rows()

    response = WRITES[write](staff_api, row, **{"If-Match": seen})

    assert response.status_code == 412
    assert response["ETag"] == changed["ETag"] == staff_api.get(address_of(row))["ETag"]
    assert all_rows() == before


@pytest.mark.parametrize("kind", ["product", "category"])
@pytest.mark.parametrize("write", ["PATCH", "PUT"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_answer_of_a_write_has_the_etag_of_the_next_read(staff_api, api, row, write, language):
    before = staff_api.get(address_of(row))["ETag"]

    written = WRITES[write](staff_api, row, **{"Accept-Language": language})

    reads = [client.get(address_of(row)) for client in (staff_api, api)]
    assert written["ETag"] != before
    assert [read["ETag"] for read in reads] == [written["ETag"]] * 2
    assert [read.json() for read in reads] == [written.json()] * 2


@pytest.mark.parametrize("price", ["12", "12.5", 12.25, "0.00"])
def test_price_is_in_the_etag_as_it_is_stored(staff_api, product, price):
    written = staff_api.patch(address_of(product), {"price": price, "name": "  Mug with spaces  "})

    assert staff_api.get(address_of(product))["ETag"] == written["ETag"]


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/api/v1/categories/", {"name": "Plates"}),
        ("/api/v1/products/", {"name": "Plate", "sku": "P-1", "price": "3", "stock": 7}),
    ],
)
def test_answer_of_a_creation_has_the_etag_of_the_next_read(staff_api, product, address, body):
    category = {"category": product.category_id} if "sku" in body else {}

    created = staff_api.post(address, {**body, **category})

    assert staff_api.get(f"{address}{created.json()['id']}/")["ETag"] == created["ETag"]


def test_stock_that_was_sold_meanwhile_is_another_version(staff_api, product):
    seen = staff_api.get(address_of(product))["ETag"]
    movement = {"delta": -1, "reason": "broken"}
    staff_api.post(f"/api/v1/admin/products/{product.pk}/stock-movements/", movement)

    response = WRITES["PATCH"](staff_api, product, **{"If-Match": seen})

    assert response.status_code == 412


@pytest.mark.parametrize("write", ["PATCH", "PUT", "DELETE"])
def test_what_is_not_there_is_404_whatever_version_is_meant(staff_api, product, write):
    product.pk += 1

    response = WRITES[write](staff_api, product, **{"If-Match": "*"})

    assert response.status_code == 404


def test_caller_who_may_not_write_is_not_told_the_version(customer_api, product):
    response = WRITES["PATCH"](customer_api, product, **{"If-Match": '"other"'})

    assert response.status_code == 403
    assert "ETag" not in response


def test_naming_the_version_costs_no_query(staff_api, product):
    current_configuration()  # which this process keeps from now on
    with CaptureQueriesContext(connection) as without:
        etag = staff_api.patch(address_of(product), {"name": "Renamed"})["ETag"]
    with CaptureQueriesContext(connection) as with_header:
        staff_api.patch(address_of(product), {"name": "Renamed again"}, headers={"If-Match": etag})

    assert len(with_header) == len(without)


@pytest.mark.parametrize("kind", ["product", "category"])
def test_of_editors_with_the_same_version_exactly_one_wins(staff, row):
    clients = [signed_in(staff) for _hand in range(HANDS)]
    for number in range(ROUNDS):
        seen = clients[0].get(address_of(row))["ETag"]

        def edit(hand, seen=seen, number=number):
            change = {"description": f"{number}: {hand}"}
            return clients[hand].patch(address_of(row), change, headers={"If-Match": seen})

        answers = at_once(HANDS, edit)

        (winner,) = [answer for answer in answers if answer.status_code == 200]
        losers = [answer for answer in answers if answer is not winner]
        row.refresh_from_db()
        assert row.description == winner.json()["description"]
        assert Counter(answer.status_code for answer in losers) == {412: HANDS - 1}
        assert {answer["ETag"] for answer in losers} == {winner["ETag"]}


def test_loser_of_two_price_changes_leaves_no_trace(staff_api, product):
    seen = staff_api.get(address_of(product))["ETag"]
    first, second = (
        staff_api.patch(address_of(product), {"price": price}, headers={"If-Match": seen})
        for price in ("11.00", "12.00")
    )

    assert (first.status_code, second.status_code) == (200, 412)
    assert [str(change.new_price) for change in PriceChange.objects.all()] == ["11.00"]
