"""`/api/schema/`: the committed schema, made once by a process however many ask for it."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml
from django.conf import settings
from rest_framework.test import APIClient

from apps.core.api.openapi import views
from apps.core.api.openapi.schema import StoreSchemaGenerator
from apps.core.tests.answers import problem, problem_of, refusal_of

URL = "/api/schema/"
FILE = settings.BASE_DIR / "docs" / "openapi.yaml"
CALLERS = 8


@pytest.fixture
def makings(monkeypatch) -> list[str]:
    """Return a list to which every making of the schema adds the name of its thread."""
    monkeypatch.setattr(views, "_schemas", [])
    monkeypatch.setattr(views, "_rendered", {})
    made: list[str] = []
    make = StoreSchemaGenerator.get_schema

    def counted(*args, **kwargs):
        made.append(threading.current_thread().name)
        return make(*args, **kwargs)

    monkeypatch.setattr(StoreSchemaGenerator, "get_schema", counted)
    return made


def test_schema_that_is_served_is_the_committed_one(api):
    response = api.get(URL, HTTP_ACCEPT="*/*")

    assert response.status_code == 200
    assert response["Content-Type"] == "application/vnd.oai.openapi; charset=utf-8"
    assert response["Content-Disposition"] == 'inline; filename="online-store.yaml"'
    assert response.content.decode() == FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize("accept", ["application/json", "application/vnd.oai.openapi+json"])
def test_schema_is_served_as_json_too(api, accept):
    response = api.get(URL, HTTP_ACCEPT=accept)

    assert response["Content-Type"] == accept
    assert "Accept" in response["Vary"]
    assert json.loads(response.content) == yaml.load(FILE.read_text(), Loader=yaml.CSafeLoader)


@pytest.mark.parametrize(
    ("query", "content_type"),
    [
        ("format=json", "application/vnd.oai.openapi+json"),
        ("format=yaml", "application/vnd.oai.openapi; charset=utf-8"),
        ("format=&lang=ru&version=1", "application/vnd.oai.openapi; charset=utf-8"),
    ],
)
def test_query_names_the_format(api, query, content_type):
    assert api.get(f"{URL}?{query}", HTTP_ACCEPT="*/*")["Content-Type"] == content_type


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("x=1", ("unknown_parameter", "x")),
        ("Format=json", ("unknown_parameter", "Format")),
        ("format=json&format=yaml", ("duplicate_parameter", "format")),
        ("format=xml", ("invalid_choice", "format")),
    ],
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_query_that_the_schema_does_not_know_is_refused(api, method, query, fault):
    response = getattr(api, method)(f"{URL}?{query}")

    assert response.status_code == 400
    assert method == "head" or refusal_of(response) == (400, "invalid_query", [fault])


@pytest.mark.parametrize(
    ("language", "title", "expected"),
    [
        (
            "en",
            "Some query parameters are unknown or invalid.",
            "Must be `json` or `yaml`.",
        ),
        ("ru", "В запросе есть неизвестные или некорректные параметры.", "Ожидается `json` или `yaml`."),
    ],
)
def test_formats_are_named_to_who_asks_for_another(api, language, title, expected):
    response = api.get(f"{URL}?format=xml", headers={"accept-language": language})

    errors = [{"code": "invalid_choice", "detail": expected, "parameter": "format"}]
    assert problem_of(response) == problem(400, "invalid_query", title, errors=errors)


@pytest.mark.parametrize("page", ["swagger-ui/", "redoc/"])
def test_pages_for_people_pass_over_what_they_do_not_know(api, page):
    response = api.get(f"{URL}{page}?lang=ru&utm_source=mail", HTTP_ACCEPT="text/html")

    assert response.status_code == 200


def test_schema_is_made_once_however_many_ask_at_the_same_moment(makings):
    def ask(number: int) -> bytes:
        accept = ("application/json", "application/yaml")[number % 2]
        hostile = {"HTTP_ACCEPT": accept, "HTTP_HOST": "localhost", "HTTP_ACCEPT_LANGUAGE": "ru"}
        return APIClient().get(f"{URL}?lang=ru&version={number}", **hostile).content

    with ThreadPoolExecutor(CALLERS) as threads:
        bodies = set(threads.map(ask, range(CALLERS)))

    assert len(makings) == 1
    assert len(bodies) == 2  # the formats


def test_whoever_has_the_schema_is_told_so(api, makings):
    first = api.get(URL, HTTP_ACCEPT="*/*")
    again = api.get(URL, HTTP_ACCEPT="*/*", HTTP_IF_NONE_MATCH=first["ETag"])
    as_json = api.get(URL, HTTP_ACCEPT="application/json", HTTP_IF_NONE_MATCH=first["ETag"])

    assert first["Cache-Control"] == "public, no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert as_json.status_code == 200
    assert as_json["ETag"] != first["ETag"]
    assert len(makings) == 1
