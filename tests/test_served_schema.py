"""`/api/schema/`: the committed schema, made once by a process however many ask for it."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml
from django.conf import settings
from rest_framework.test import APIClient

from apps.common import served_schema
from apps.common.schema import StoreSchemaGenerator

URL = "/api/schema/"
FILE = settings.BASE_DIR / "docs" / "openapi.yaml"
CALLERS = 8


@pytest.fixture
def makings(monkeypatch) -> list[str]:
    """Return a list to which every making of the schema adds the name of its thread."""
    monkeypatch.setattr(served_schema, "_schemas", [])
    monkeypatch.setattr(served_schema, "_answers", {})
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
