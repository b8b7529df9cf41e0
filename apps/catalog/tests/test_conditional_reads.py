"""Conditional reads: a client that has the current response gets 304."""

import pytest

from apps.catalog.tests.factories import make_category, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def addresses():
    """Return the address of each read of the catalogue, by its name."""
    product = make_product(category=make_category())
    return {
        "categories": "/api/v1/categories/",
        "category": f"/api/v1/categories/{product.category_id}/",
        "products": "/api/v1/products/",
        "product": f"/api/v1/products/{product.pk}/",
    }


READS = pytest.mark.parametrize("read", ["categories", "category", "products", "product"])


@READS
def test_read_carries_a_strong_etag(api, addresses, read):
    response = api.get(addresses[read])

    assert response["ETag"].startswith('"')
    assert response["ETag"].endswith('"')
    assert api.get(addresses[read])["ETag"] == response["ETag"]


@READS
@pytest.mark.parametrize("form", ["{}", "*", '"other", {}', "W/{}", "{marked}"])
def test_client_that_has_the_answer_gets_304_and_no_body(api, addresses, read, form):
    etag = api.get(addresses[read])["ETag"]

    response = api.get(addresses[read], HTTP_IF_NONE_MATCH=form.format(etag, marked=f'{etag[:-1]}-gzip"'))

    assert (response.status_code, response.content) == (304, b"")
    assert response["ETag"] == etag
    assert response["X-Request-ID"]


@READS
def test_client_that_has_another_answer_gets_the_present_one(api, addresses, read):
    present = api.get(addresses[read])

    response = api.get(addresses[read], HTTP_IF_NONE_MATCH='"other"')

    assert response.status_code == 200
    assert response.content == present.content


@READS
def test_head_answers_as_get_does_without_the_body(api, addresses, read):
    present = api.get(addresses[read])

    response = api.head(addresses[read])

    assert (response.status_code, response.content) == (200, b"")
    assert response["ETag"] == present["ETag"]
    assert response["Content-Length"] == str(len(present.content))


def test_staff_s_own_read_carries_an_etag_too(staff_api, addresses):
    etag = staff_api.get(addresses["product"])["ETag"]

    response = staff_api.get(addresses["product"], HTTP_IF_NONE_MATCH=etag)

    assert response.status_code == 304


@pytest.mark.django_db(transaction=True)
@READS
def test_etag_changes_with_the_answer(staff_api, addresses, read):
    before = staff_api.get(addresses[read])["ETag"]
    row = addresses["category" if read in {"categories", "category"} else "product"]
    staff_api.patch(row, {"name": "Renamed"})

    response = staff_api.get(addresses[read], HTTP_IF_NONE_MATCH=before)

    assert response.status_code == 200
    assert response["ETag"] != before
    assert "Renamed" in response.text
