"""The store's own name is above the admin and the documentation of the API."""

import pytest

from apps.core.api.openapi import views
from apps.core.api.openapi.schema import StoreSchemaGenerator

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def name(settings, monkeypatch):
    settings.STORE_NAME = "Лавка"
    monkeypatch.setattr(views, "_schemas", [])
    monkeypatch.setattr(views, "_rendered", {})


@pytest.mark.parametrize("path", ["/admin/", "/admin/orders/order/", "/admin/password_change/"])
def test_admin_is_called_as_the_store_is(client, staff, path):
    client.force_login(staff)

    page = client.get(path).text

    assert " | Лавка</title>" in page
    assert '<div id="site-name"><a href="/admin/">Лавка</a></div>' in page


def test_login_of_the_admin_is_called_as_the_store_is(client):
    assert '<div id="site-name"><a href="/admin/">Лавка</a></div>' in client.get("/admin/login/").text


@pytest.mark.parametrize("path", ["/api/schema/swagger-ui/", "/api/schema/redoc/"])
def test_pages_of_the_documentation_are_called_as_the_store_is(client, path):
    assert "<title>Лавка</title>" in client.get(path).text


def test_served_schema_is_called_as_the_store_is_and_the_committed_one_is_not(api):
    served = api.get("/api/schema/?format=json").json()

    assert served["info"]["title"] == "Лавка"
    assert StoreSchemaGenerator().get_schema(public=True)["info"]["title"] == "Online Store"
