"""Every answer carries the id of its request."""

import logging
import re

import pytest
from django.http import HttpRequest

from apps.core.observability.logs import IdsFilter
from apps.core.observability.request_id import RequestIdMiddleware, current_request_id, request_id_set

MADE_BY_THE_STORE = re.compile(r"[0-9a-f]{32}")


@pytest.mark.parametrize("own", ["a", "checkout-42", "0190a1b2:c3.d4_e5", "A" * 64])
def test_sane_id_of_the_caller_comes_back(api, own):
    response = api.get("/healthz", HTTP_X_REQUEST_ID=own)

    assert response["X-Request-ID"] == own


@pytest.mark.parametrize(
    "insane", ["", "-starts-with-a-dash", "A" * 65, "two words", "line\nbreak", "semi;colon", "чай", "a\n"]
)
def test_insane_id_of_the_caller_is_replaced(api, insane):
    response = api.get("/healthz", HTTP_X_REQUEST_ID=insane)

    assert MADE_BY_THE_STORE.fullmatch(response["X-Request-ID"])


def test_requests_without_an_id_get_different_ones(api):
    first, second = api.get("/healthz"), api.get("/healthz")

    assert MADE_BY_THE_STORE.fullmatch(first["X-Request-ID"])
    assert MADE_BY_THE_STORE.fullmatch(second["X-Request-ID"])
    assert first["X-Request-ID"] != second["X-Request-ID"]


def test_refusals_carry_the_id_in_header_and_body(api):
    response = api.get("/api/v1/no-such-thing/", HTTP_X_REQUEST_ID="checkout-42")

    assert response.status_code == 404
    assert response["X-Request-ID"] == "checkout-42"
    assert response.json()["request_id"] == "checkout-42"


def test_pages_outside_the_api_carry_the_id(api):
    response = api.get("/no-such-page", HTTP_X_REQUEST_ID="visitor-1")

    assert response.status_code == 404
    assert response["X-Request-ID"] == "visitor-1"


def test_code_that_runs_for_a_request_knows_its_id():
    seen = []

    def view(request):
        seen.append(current_request_id())
        return {}

    request = HttpRequest()
    request.META["HTTP_X_REQUEST_ID"] = "checkout-42"
    RequestIdMiddleware(view)(request)

    assert seen == ["checkout-42"]


def test_block_that_runs_for_an_earlier_request_has_its_id_until_it_ends():
    with request_id_set("outer"):
        with request_id_set("checkout-42"):
            inner = current_request_id()
        outer = current_request_id()

    assert (inner, outer) == ("checkout-42", "outer")


@pytest.mark.parametrize(("request_id", "logged"), [("checkout-42", "checkout-42"), ("", "-")])
def test_log_lines_name_the_request(request_id, logged):
    record = logging.makeLogRecord({"msg": "sold"})

    with request_id_set(request_id):
        passes = IdsFilter().filter(record)

    assert passes
    assert record.request_id == logged


def test_refused_request_is_logged_under_its_id(api, caplog):
    caplog.handler.addFilter(IdsFilter())

    api.get("/api/v1/no-such-thing/", HTTP_X_REQUEST_ID="checkout-42")

    assert [(record.levelname, record.request_id) for record in caplog.records] == [
        ("WARNING", "checkout-42")
    ]
