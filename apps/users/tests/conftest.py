"""Fixtures for the tests of accounts: calls with tokens, in English."""

import pytest


@pytest.fixture
def english(api):
    api.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return api


@pytest.fixture
def call(english):
    """Return a function that makes a call which needs a token."""
    return lambda access: english.get("/api/v1/orders/", HTTP_AUTHORIZATION=f"Bearer {access}")


@pytest.fixture
def refresh(english):
    """Return a function that asks for the next pair."""
    return lambda token: english.post("/api/v1/auth/refresh/", {"refresh": token})
