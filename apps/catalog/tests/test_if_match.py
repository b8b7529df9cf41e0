"""Who edits what has changed since it was read is told so, and nothing is written over."""

import pytest

from apps.catalog.models import Category, Product
from apps.catalog.tests.factories import make_category, make_product
from apps.common.tests.threads import at_once
from conftest import signed_in

ROUNDS, EDITORS = 5, 4
BODIES = {
    "products": lambda row: {
        "name": "Green tea",
        "sku": row.sku,
        "price": "4.60",
        "category": row.category_id,
    },
    "categories": lambda row: {"name": "Tea"},
}

# Real transactions: what is cached is dropped after a commit.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["products", "categories"])
def row(request):
    """Return a product, and a category, with its address."""
    made = make_product() if request.param == "products" else make_category()
    return made, f"/api/v1/{request.param}/{made.pk}/", BODIES[request.param](made)


@pytest.mark.parametrize("method", ["patch", "put"])
def test_edit_of_the_present_version_is_made_and_tells_the_next_etag(staff_api, row, method):
    _made, address, body = row
    etag = staff_api.get(address)["ETag"]

    response = getattr(staff_api, method)(address, body, headers={"If-Match": f'"other", {etag}'})

    after = staff_api.get(address)
    assert response.status_code == 200
    assert response.json() == after.json()
    assert response["ETag"] == after["ETag"] != etag
    assert after.json()["name"] == body["name"]


@pytest.mark.parametrize("method", ["patch", "put", "delete"])
@pytest.mark.parametrize("tags", ['"other"', "W/{etag}", '"other", W/{etag}'])
def test_edit_of_another_version_is_refused_and_changes_nothing(staff_api, row, method, tags):
    _made, address, body = row
    before = staff_api.get(address)
    etag = before["ETag"]

    response = getattr(staff_api, method)(address, body, headers={"If-Match": tags.format(etag=etag)})

    assert (response.status_code, response.json()["code"]) == (412, "precondition_failed")
    assert response["ETag"] == response.json()["etag"] == etag
    assert staff_api.get(address).json() == before.json()


@pytest.mark.parametrize("method", ["patch", "put", "delete"])
def test_star_means_any_version(staff_api, row, method):
    _made, address, body = row

    response = getattr(staff_api, method)(address, body, headers={"If-Match": "*"})

    assert response.status_code == (204 if method == "delete" else 200)


def test_sale_makes_the_version_of_a_product_an_old_one(staff_api, customer_api):
    product = make_product(stock=5)
    address = f"/api/v1/products/{product.pk}/"
    etag = staff_api.get(address)["ETag"]
    Product.objects.filter(pk=product.pk).update(stock=4)

    response = staff_api.patch(address, {"price": "4.60"}, headers={"If-Match": etag})

    assert response.status_code == 412


def test_category_that_has_changed_is_not_deleted_for_good(staff_api):
    category = make_category()
    address = f"/api/v1/categories/{category.pk}/"
    etag = staff_api.get(address)["ETag"]
    staff_api.patch(address, {"name": "Tea"})

    refused = staff_api.delete(f"{address}?hard=true", headers={"If-Match": etag})
    present = staff_api.get(address)["ETag"]
    deleted = staff_api.delete(f"{address}?hard=true", headers={"If-Match": present})

    assert (refused.status_code, deleted.status_code) == (412, 204)
    assert not Category.objects.exists()


def test_of_editors_with_the_same_version_one_writes(staff):
    product = make_product()
    address = f"/api/v1/products/{product.pk}/"
    clients = [signed_in(staff) for _editor in range(EDITORS)]
    for number in range(ROUNDS):
        etag = clients[0].get(address)["ETag"]

        answers = at_once(
            EDITORS,
            lambda hand, number=number, etag=etag: clients[hand].patch(
                address, {"description": f"{number}-{hand}"}, headers={"If-Match": etag}
            ),
        )

        assert sorted(answer.status_code for answer in answers) == [200] + [412] * (EDITORS - 1)
        winner = next(hand for hand, answer in enumerate(answers) if answer.status_code == 200)
        assert Product.objects.get().description == f"{number}-{winner}"
