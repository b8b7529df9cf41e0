"""HEAD is answered like GET, without the body."""

import pytest

from apps.catalog.tests.factories import make_product

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/api/v1/products/", "/api/v1/products/0/", "/healthz"])
def test_head_tells_what_get_would_give(client, path: str):
    make_product()

    given = client.get(path)
    told = client.head(path)

    assert (told.status_code, told.content) == (given.status_code, b"")
    assert told["Content-Length"] == str(len(given.content))
    assert told["Content-Type"] == given["Content-Type"]
