"""Missing trailing slashes: reads are redirected, writes are not, for their bodies would be lost."""

import pytest

from apps.core.tests.answers import refusal_of


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/api/v1/products", "/api/v1/products/"),
        ("/api/v1/products/7", "/api/v1/products/7/"),
        ("/api/v1/products?search=green%20tea&page=2", "/api/v1/products/?search=green%20tea&page=2"),
        ("/api/schema/redoc", "/api/schema/redoc/"),
    ],
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_read_without_the_last_slash_is_sent_on(api, method, address, target):
    response = getattr(api, method)(address)

    assert response.status_code == 301
    assert response["Location"] == target


def test_sent_on_read_arrives(api, db):
    response = api.get("/api/v1/products", follow=True)

    assert response.status_code == 200
    assert response.json()["count"] == 0


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_write_without_the_last_slash_answers_404(api, method):
    response = getattr(api, method)("/api/v1/products")

    assert refusal_of(response) == (404, "not_found", [])


@pytest.mark.parametrize("address", ["/api/v1/nothing", "/api//evil.example", "/api/v1/products/%0d%0a"])
def test_unknown_address_without_the_last_slash_answers_404(api, address):
    response = api.get(address)

    assert refusal_of(response) == (404, "not_found", [])
