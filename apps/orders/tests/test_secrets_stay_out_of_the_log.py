"""No password, token or key reaches the log, whatever is done with it."""

import logging

import pytest

from apps.catalog.tests.factories import make_product
from apps.core.observability.logs import JsonFormatter
from apps.users.tokens import pair_for

PASSWORD = "canary-password-3141592"
WRONG_TOKEN = "canary-token-2718281"

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(caplog):
    """Return a function that returns all that was logged, at every level, with whatever the records carry."""
    caplog.set_level(logging.DEBUG)

    def text() -> str:
        lines = [JsonFormatter().format(record) for record in caplog.records]
        return "\n".join([*lines, *(repr(vars(record)) for record in caplog.records)])

    return text


def test_registering_and_logging_in_log_no_password_and_no_token(api, log):
    account = {"username": "olga", "email": "olga@example.com", "password": PASSWORD}
    calls = [
        ("register/", account),
        ("register/", account),
        ("register/", {**account, "email": PASSWORD}),
        ("register/", {**account, "username": "olga2", "password": [PASSWORD]}),
        ("login/", {"username": "olga", "password": f"{PASSWORD}-wrong"}),
        ("login/", {"username": PASSWORD, "password": {"is": PASSWORD}}),
        ("login/", {"username": "olga", "password": PASSWORD}),
    ]

    answers = [api.post(f"/api/v1/auth/{path}", body) for path, body in calls]
    pair = answers[-1].json()
    refreshed = api.post("/api/v1/auth/refresh/", {"refresh": pair["refresh"]}).json()
    refused = api.post("/api/v1/auth/refresh/", {"refresh": f"{pair['refresh']}x"})

    assert [answer.status_code for answer in answers] == [201, 400, 400, 400, 401, 400, 200]
    assert refused.status_code == 401
    assert "Unauthorized: /api/v1/auth/login/" in log()
    assert_absent(log(), PASSWORD, *pair.values(), *refreshed.values())


def test_orders_with_wrong_values_and_wrong_tokens_log_no_token(api, customer, log):
    token = pair_for(customer)["access"]
    product = make_product(stock=1)
    bodies = [
        {"items": [{"product_id": product.pk, "quantity": 2}]},
        {"items": [{"product_id": PASSWORD, "quantity": token}]},
        {"items": PASSWORD},
        f'{{"items": "{PASSWORD}',
    ]

    statuses = [
        api.generic(
            "POST", "/api/v1/orders/", body, "application/json", HTTP_AUTHORIZATION=header
        ).status_code
        if isinstance(body, str)
        else api.post("/api/v1/orders/", body, HTTP_AUTHORIZATION=header).status_code
        for header in (f"Bearer {token}", f"Bearer {token}x")
        for body in bodies
    ]

    assert statuses == [400] * 4 + [401] * 4
    assert "Bad Request: /api/v1/orders/" in log()
    assert_absent(log(), PASSWORD, token)


def test_scrape_with_a_wrong_token_logs_neither_token(settings, api, log):
    settings.METRICS_TOKEN = PASSWORD

    refused = api.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {WRONG_TOKEN}")

    assert refused.status_code == 401
    assert "Unauthorized: /metrics" in log()
    assert_absent(log(), PASSWORD, WRONG_TOKEN)


def assert_absent(text: str, *secrets: str) -> None:
    # The signed part of a token too: its beginning is the same in all of them.
    parts = {part for secret in secrets for part in (secret, secret.rpartition(".")[2])}
    assert [part for part in parts if part in text] == []
