"""Bodies of the bulk calls: up to 4 MB, and otherwise read as strictly as any."""

import json

import pytest

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_category
from apps.core.tests.answers import refusal_of
from apps.integrations.tests.bulk import PRODUCTS, STOCK, shelf

LIMIT = 4 * 1024 * 1024  # bytes

pytestmark = pytest.mark.django_db


def post_raw(client, path, body):
    return client.post(path, body, content_type="application/json", headers={"Idempotency-Key": "one"})


@pytest.mark.parametrize(("size", "status", "created"), [(LIMIT, 200, 3), (LIMIT + 1, 413, 0)])
def test_body_may_have_four_megabytes(staff_api, size, status, created):
    body = json.dumps({"on_error": "reject_all", "products": shelf(make_category(), 3)})

    response = post_raw(staff_api, PRODUCTS, body + " " * (size - len(body)))

    assert response.status_code == status
    assert Product.objects.count() == created


def test_other_calls_keep_their_limit(staff_api):
    response = staff_api.post(
        "/api/v1/products/", '{"name": "Tea"' + " " * 512 * 1024 + "}", content_type="application/json"
    )

    assert refusal_of(response) == (413, "body_too_large", [])


@pytest.mark.parametrize("path", [PRODUCTS, STOCK])
@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ("[]", (400, "parse_error", [])),
        ("{", (400, "parse_error", [])),
        (b"\xff", (400, "parse_error", [])),
        ('{"rows": NaN}', (400, "parse_error", [])),
        ("[" * 100_000, (400, "parse_error", [])),
        (
            '{"rows": [{"sku": 1, "sku": 2}]}',
            (400, "validation_error", [("duplicate_member", "/rows/0/sku")]),
        ),
    ],
    ids=lambda value: str(value)[:20],
)
def test_body_is_read_strictly(staff_api, path, body, refusal):
    assert refusal_of(post_raw(staff_api, path, body)) == refusal
