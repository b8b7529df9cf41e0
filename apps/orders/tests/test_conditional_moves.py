"""Conditional status changes (`If-Match`): the version that was meant is moved, or none."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.tests.factories import make_products
from apps.core.tests.answers import problem_of
from apps.core.tests.threads import at_once
from apps.orders.models import Order
from apps.orders.tests.factories import make_order, make_order_in, moved
from conftest import signed_in
from tests.support.faults import all_rows

HANDS, ROUNDS = 4, 5

pytestmark = pytest.mark.django_db(transaction=True)  # caches are dropped on commit


@pytest.fixture
def order(customer):
    return make_order(customer)


def address_of(order):
    return f"/api/v1/orders/{order.pk}/"


def move(client, order, status, if_match, **headers):
    return client.patch(address_of(order), {"status": status}, headers={"If-Match": if_match, **headers})


@pytest.mark.parametrize("form", ["{}", "*", '"other",{}', "W/{}"])
@pytest.mark.parametrize("role", ["customer", "staff"])
def test_move_that_means_the_present_version_is_made(request, order, role, form):
    client = request.getfixturevalue(f"{role}_api")
    etag = client.get(address_of(order))["ETag"]

    response = move(client, order, "cancelled", form.format(etag))

    assert (response.status_code, response.json()["status"]) == (200, "cancelled")


@pytest.mark.parametrize("form", ['"other"', 'W/"other"', "nonsense", ""])
def test_move_that_means_another_version_changes_nothing(customer_api, order, form):
    etag = customer_api.get(address_of(order))["ETag"]
    before = all_rows()

    response = move(customer_api, order, "cancelled", form.format(etag))

    problem = problem_of(response)
    assert (response.status_code, problem["code"]) == (412, "precondition_failed")
    assert response["ETag"] == problem["etag"] == etag
    assert all_rows() == before


def test_move_that_somebody_made_already_is_told_as_another_version(staff_api, order, staff):
    seen = staff_api.get(address_of(order))["ETag"]
    moved(order, "cancelled", by=staff)

    response = move(staff_api, order, "cancelled", seen)

    assert response.status_code == 412
    assert response["ETag"] == staff_api.get(address_of(order))["ETag"] != seen


@pytest.mark.parametrize("role", ["customer", "staff"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_answer_of_a_move_has_the_etag_of_the_next_read(request, order, role, language):
    client = request.getfixturevalue(f"{role}_api")
    before = client.get(address_of(order))

    response = client.patch(address_of(order), {"status": "cancelled"}, headers={"Accept-Language": language})

    after = client.get(address_of(order))
    assert response["ETag"] == after["ETag"] != before["ETag"]
    assert response.json() == after.json()


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "order-1"}])
def test_answer_of_an_order_has_the_etag_of_the_next_read(customer_api, headers):
    items = [{"product_id": product.pk, "quantity": 2} for product in make_products(3)]

    placed, again = (
        customer_api.post("/api/v1/orders/", {"items": items}, headers=headers) for _time in range(2)
    )

    read = customer_api.get(f"/api/v1/orders/{placed.json()['id']}/")
    assert read["ETag"] == placed["ETag"]
    assert (again["ETag"] == placed["ETag"]) == bool(headers)


def test_version_that_a_customer_saw_is_not_the_one_that_staff_see(customer_api, staff_api, order):
    theirs = customer_api.get(address_of(order))["ETag"]

    response = move(staff_api, order, "processing", theirs)

    assert response.status_code == 412
    assert response["ETag"] == staff_api.get(address_of(order))["ETag"]


def test_order_of_somebody_else_is_not_there_whatever_version_is_meant(other_customer_api, order):
    response = move(other_customer_api, order, "cancelled", "*")

    assert response.status_code == 404
    assert "ETag" not in response


def test_naming_the_version_costs_the_same_whatever_is_in_the_order(staff, staff_api, customer):
    counts = []
    for lines in (1, 20):
        order = make_order_in("processing", customer, dict.fromkeys(make_products(lines), 1), moved_by=staff)
        etag = staff_api.get(address_of(order))["ETag"]
        with CaptureQueriesContext(connection) as queries:
            move(staff_api, order, "cancelled", etag)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_of_movers_with_the_same_version_exactly_one_wins(staff, customer):
    clients = [signed_in(staff) for _hand in range(HANDS)]
    for _round in range(ROUNDS):
        order = make_order(customer)
        seen = clients[0].get(address_of(order))["ETag"]
        wanted = ["processing", "cancelled"] * (HANDS // 2)

        def act(hand, order=order, seen=seen, wanted=wanted):
            return move(clients[hand], order, wanted[hand], seen)

        answers = at_once(HANDS, act)

        (winner,) = [answer for answer in answers if answer.status_code == 200]
        losers = [answer for answer in answers if answer is not winner]
        assert [answer.status_code for answer in losers] == [412] * (HANDS - 1)
        assert {answer["ETag"] for answer in losers} == {winner["ETag"]}
        order = Order.objects.get(pk=order.pk)
        assert order.status == winner.json()["status"]
        assert order.status_changes.count() == 2
