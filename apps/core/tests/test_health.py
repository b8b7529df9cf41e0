"""Probes: whether the process is up, and whether it can serve."""

import socket

import pytest
from django.db import connection

pytestmark = pytest.mark.embedded


@pytest.fixture
def unused_port():
    """Return a port of this machine that refuses connections, for as long as the test runs."""
    with socket.socket() as guard:
        guard.bind(("127.0.0.1", 0))
        yield guard.getsockname()[1]


def test_process_that_is_up_says_so_without_the_database(api):
    response = api.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


@pytest.mark.django_db
@pytest.mark.parametrize("probe", ["/healthz", "/readyz"])
def test_probe_that_a_balancer_marks_is_answered_too(api, settings, probe):
    settings.STORE_EMBEDDED = True

    assert api.get(f"{probe}?_=1764496000").json()["status"] == "ok"


@pytest.mark.django_db
def test_embedded_store_needs_no_broker_to_be_ready(api, settings):
    settings.STORE_EMBEDDED = True

    response = api.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "cache": "ok"}


@pytest.mark.django_db
def test_store_without_broker_is_ready_and_reports_it(api, settings, unused_port):
    settings.STORE_EMBEDDED = False
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{unused_port}/0"

    response = api.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "cache": "ok", "broker": "unavailable"}


@pytest.mark.redis
@pytest.mark.django_db
def test_store_with_broker_is_ready(api, settings):
    settings.STORE_EMBEDDED = False

    response = api.get("/readyz")

    assert response.json()["broker"] == "ok"


@pytest.mark.django_db
def test_store_without_cache_is_ready_and_reports_it(api, settings, unused_port):
    settings.STORE_EMBEDDED = True
    settings.CACHES = {
        "default": {
            "BACKEND": "apps.core.caching.memcached.StoreMemcached",
            "LOCATION": [f"127.0.0.1:{unused_port}"],
        }
    }

    response = api.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "cache": "unavailable"}


@pytest.mark.django_db(transaction=True)
def test_closed_connection_is_opened_again(api):
    connection.close()

    response = api.get("/readyz")

    assert response.json()["database"] == "ok"
