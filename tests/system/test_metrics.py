"""Prometheus metrics: only with the token, by route and never by path."""

import re
import socket

import pytest
from django.test import Client
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product
from apps.core.observability.metrics import COUNTED

TOKEN = "scrape-" * 8


@pytest.fixture
def watched(settings) -> APIClient:
    """Return a client of a store whose figures are asked for."""
    settings.METRICS_TOKEN = TOKEN
    return APIClient()


def scrape(client: APIClient) -> str:
    response = client.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return response.content.decode()


class Growth:
    """How much the counters have grown since this was made."""

    def __init__(self) -> None:
        self.before = self._samples()

    def __call__(self, name: str) -> dict[tuple[str, ...], float]:
        grown = {key: value - self.before.get(key, 0) for key, value in self._samples().items()}
        return {labels: value for (sample, labels), value in grown.items() if sample == name and value}

    def _samples(self) -> dict[tuple[str, tuple[str, ...]], float]:
        samples = (sample for family in COUNTED.collect() for sample in family.samples)
        return {(sample.name, tuple(sample.labels.values())): sample.value for sample in samples}


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer x", f"Bearer {TOKEN}"])
def test_without_a_configured_token_there_is_no_such_page(api, token):
    growth = Growth()

    response = api.get("/metrics", HTTP_AUTHORIZATION=token)

    assert response.status_code == 404
    assert growth("store_requests_total") == {}


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        "Bearer чай",
    ],
)
def test_whoever_has_no_token_is_refused(watched, sent):
    response = watched.get("/metrics", **({} if sent is None else {"HTTP_AUTHORIZATION": sent}))

    assert (response.status_code, response.content) == (401, b"")
    assert response["WWW-Authenticate"] == 'Bearer realm="metrics"'


@pytest.mark.django_db
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_scraper_with_the_token_gets_the_figures_under_any_host_name(watched, settings, scheme):
    settings.SECURE_SSL_REDIRECT = True

    response = watched.get("/metrics", HTTP_AUTHORIZATION=f"{scheme} {TOKEN}", HTTP_HOST="10.0.0.7:8000")

    assert response.status_code == 200
    assert b"# TYPE store_requests_total counter" in response.content


def test_figures_can_only_be_read(watched):
    assert watched.post("/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}").status_code == 405


@pytest.mark.django_db
def test_requests_are_counted_by_method_route_and_status(watched):
    product = make_product()
    growth = Growth()

    for path in (f"products/{product.pk}/", f"products/{product.pk + 1}/", "products/?search=tea", "orders/"):
        watched.get(f"/api/v1/{path}")
    watched.post("/api/v1/auth/login/", {})

    assert growth("store_requests_total") == {
        ("GET", "product-detail", "200"): 1,
        ("GET", "product-detail", "404"): 1,
        ("GET", "product-list", "200"): 1,
        ("GET", "order-list", "401"): 1,
        ("POST", "login", "400"): 1,
    }
    assert growth("store_request_seconds_count") == {
        ("product-detail",): 2,
        ("product-list",): 1,
        ("order-list",): 1,
        ("login",): 1,
    }
    assert 'store_requests_total{method="POST",route="login",status="400"}' in scrape(watched)


@pytest.mark.django_db
def test_what_strangers_send_makes_no_new_figures(watched):
    browser = Client(raise_request_exception=False)
    growth = Growth()

    for number in range(5):
        browser.get(f"/no-such-page-{number}")
        browser.get(f"/api/v1/no-such-thing-{number}/")
        browser.generic(f"BREW{number}", "/healthz")

    assert growth("store_requests_total") == {
        ("GET", "none", "404"): 5,
        ("GET", "unknown-address", "404"): 5,
        ("other", "healthz", "200"): 5,
    }
    assert "BREW" not in scrape(watched)
    assert "no-such" not in scrape(watched)


@pytest.mark.django_db
def test_reads_of_the_cache_are_counted_by_namespace(watched):
    make_product()
    growth = Growth()

    for _ in range(3):
        watched.get("/api/v1/products/")
    watched.get("/api/v1/categories/")

    assert growth("store_cache_reads_total") == {
        ("products", "miss"): 1,
        ("products", "hit"): 2,
        ("categories", "miss"): 1,
    }


@pytest.mark.django_db
def test_reads_without_a_cache_are_counted_apart(watched, settings):
    growth = Growth()

    with socket.socket() as guard:
        guard.bind(("127.0.0.1", 0))  # nobody listens
        address = f"127.0.0.1:{guard.getsockname()[1]}"
        settings.CACHES = {"default": {**settings.MEMCACHED_CACHE, "LOCATION": [address]}}
        watched.get("/api/v1/products/")

    assert growth("store_cache_reads_total") == {("products", "bypass"): 1}


@pytest.mark.django_db
def test_orders_are_counted_as_accepted_and_refused_with_the_reason(settings, customer_api):
    settings.METRICS_TOKEN = TOKEN
    product = make_product(stock=1)
    growth = Growth()

    for quantity in (2, 1, 1):
        customer_api.post("/api/v1/orders/", {"items": [{"product_id": product.pk, "quantity": quantity}]})

    assert growth("store_requests_total") == {
        ("POST", "order-list", "400"): 2,
        ("POST", "order-list", "201"): 1,
    }
    assert growth("store_refusals_total") == {("insufficient_stock",): 2}


@pytest.mark.django_db
def test_nothing_is_counted_while_nobody_asks(api):
    make_product()
    growth = Growth()

    api.get("/api/v1/products/")
    api.get("/api/v1/products/?serch=tea")

    names = {name for name, _labels in growth.before}
    assert {name: growth(name) for name in names if growth(name)} == {}


@pytest.mark.postgres
@pytest.mark.django_db
def test_use_of_the_database_pool_is_told(watched):
    watched.get("/readyz")

    figures = dict(re.findall(r"^store_database_pool_(\w+) (\S+)$", scrape(watched), re.MULTILINE))

    assert figures["limit"] == "16.0"
    assert 1 <= float(figures["connections"]) <= 16
    assert float(figures["idle"]) < float(figures["connections"])
    assert figures["waiting"] == "0.0"
