"""Pages of other origins may call the API only when the origin is listed."""

import pytest

from apps.core.api.openapi.headers import header_components
from tests.contract.checker import contract

SHOP, EVIL = "https://shop.example", "https://evil.example"
PATH = "/api/v1/orders/"
# What the Fetch standard lets pages of other origins read and send anyway, of what the schema describes.
READ_BY_ALL = {"Cache-Control", "Content-Language", "Content-Type"}
SENT_BY_ALL = {"accept-language"}
FOR_CACHES = {"Vary"}
ALLOW = "Access-Control-Allow-"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def listed(settings):
    settings.CORS_ALLOWED_ORIGINS = [SHOP]


def preflight(client, origin, path=PATH, **headers):
    asked = {"origin": origin, "access-control-request-method": "POST", **headers}
    return client.options(path, headers=asked)


def words(response, name):
    return {word.strip() for word in response[name].split(",")}


def test_listed_origin_reads_answers_and_every_header_that_the_schema_describes(customer_api):
    response = customer_api.get(PATH, headers={"origin": SHOP})

    described = set(header_components())
    assert "Content-Disposition" in described
    assert response.status_code == 200
    assert response[f"{ALLOW}Origin"] == SHOP
    assert (
        words(response, "Access-Control-Expose-Headers") == (described | {"Date"}) - READ_BY_ALL - FOR_CACHES
    )
    assert "origin" in response["Vary"]


def test_listed_origin_may_send_every_header_that_the_schema_describes(api):
    operations = [operation for path in contract().schema["paths"].values() for operation in path.values()]
    described = {
        parameter["name"].lower()
        for operation in operations
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "header"
    }

    assert {"idempotency-key", "if-match"} <= described
    assert described - SENT_BY_ALL <= words(preflight(api, SHOP), f"{ALLOW}Headers")


def test_problems_can_be_read_too(api):
    response = api.get(PATH, headers={"origin": SHOP})

    assert (response.status_code, response[f"{ALLOW}Origin"]) == (401, SHOP)


@pytest.mark.parametrize(
    "origin",
    [
        EVIL,
        "null",
        "http://shop.example",
        f"{SHOP}:8443",
        f"{SHOP}.evil.example",
        "https://evil-shop.example",
    ],
)
def test_other_origins_are_told_nothing(customer_api, origin):
    response = customer_api.get(PATH, headers={"origin": origin})
    asked = preflight(customer_api, origin)

    assert not [name for name in (*response.headers, *asked.headers) if name.startswith("Access-Control-")]


def test_preflight_of_a_listed_origin_names_what_may_be_sent(api):
    response = preflight(api, SHOP, **{"access-control-request-headers": "authorization,idempotency-key"})

    assert response.status_code == 200
    assert response[f"{ALLOW}Origin"] == SHOP
    assert {"authorization", "content-type", "idempotency-key", "if-match", "if-none-match"} <= words(
        response, f"{ALLOW}Headers"
    )
    assert {"DELETE", "GET", "PATCH", "POST", "PUT"} <= words(response, f"{ALLOW}Methods")


def test_cookies_are_never_part_of_it(api):
    response = api.get("/api/v1/products/", headers={"origin": SHOP})

    assert response[f"{ALLOW}Origin"] == SHOP
    assert not response.has_header(f"{ALLOW}Credentials")
    assert not preflight(api, SHOP).has_header(f"{ALLOW}Credentials")


@pytest.mark.parametrize("path", ["/admin/login/", "/healthz", "/static/admin/js/theme.js"])
def test_only_the_api_is_open_to_other_pages(client, path):
    response = client.get(path, headers={"origin": SHOP})

    response.close()  # a file
    assert response.status_code == 200
    assert not response.has_header(f"{ALLOW}Origin")


def test_no_origin_is_listed_by_default(settings, api):
    settings.CORS_ALLOWED_ORIGINS = []

    assert not api.get("/api/v1/products/", headers={"origin": SHOP}).has_header(f"{ALLOW}Origin")
