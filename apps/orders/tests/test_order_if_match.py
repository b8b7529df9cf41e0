"""Who moves an order that has moved since it was read is told so."""

import pytest

from apps.common.tests.threads import at_once
from apps.orders.models import Order
from apps.orders.tests.factories import make_order
from conftest import signed_in

# Real transactions: what is cached is dropped after a commit.
pytestmark = pytest.mark.django_db(transaction=True)

EDITORS = 4


@pytest.mark.parametrize("who", ["customer_api", "staff_api"])
def test_move_of_the_present_version_is_made_and_tells_the_next_etag(request, customer, who):
    client = request.getfixturevalue(who)
    address = f"/api/v1/orders/{make_order(customer).pk}/"
    etag = client.get(address)["ETag"]

    response = client.patch(address, {"status": "cancelled"}, headers={"If-Match": etag})

    assert response.status_code == 200
    assert response["ETag"] == client.get(address)["ETag"] != etag


def test_move_of_another_version_is_refused_and_changes_nothing(customer, customer_api, staff_api):
    order = make_order(customer)
    address = f"/api/v1/orders/{order.pk}/"
    etag = customer_api.get(address)["ETag"]
    staff_api.patch(address, {"status": "processing"})

    response = staff_api.patch(address, {"status": "cancelled"}, headers={"If-Match": etag})

    present = staff_api.get(address)
    assert (response.status_code, response.json()["code"]) == (412, "precondition_failed")
    assert response["ETag"] == present["ETag"]
    assert present.json()["status"] == "processing"


def test_of_staff_with_the_same_version_one_moves_the_order(customer, staff):
    order = make_order(customer)
    address = f"/api/v1/orders/{order.pk}/"
    clients = [signed_in(staff) for _editor in range(EDITORS)]
    etag = clients[0].get(address)["ETag"]

    answers = at_once(
        EDITORS,
        lambda hand: clients[hand].patch(address, {"status": "processing"}, headers={"If-Match": etag}),
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * (EDITORS - 1)
    assert Order.objects.get().status_changes.count() == 2
