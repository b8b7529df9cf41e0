"""Every kind of answer carries the headers that keep a browser from being used against the store."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from conftest import PASSWORD

PAGE = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
DOCUMENTATION = f"{PAGE}; style-src 'self' 'unsafe-inline'; font-src 'self' data:; worker-src 'self' blob:"
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# path, status, the policy of content
ANSWERS = {
    "to the documentation": ("/", 302, PAGE),
    "Swagger UI": ("/api/schema/swagger-ui/", 200, DOCUMENTATION),
    "Redoc": ("/api/schema/redoc/", 200, DOCUMENTATION),
    "the schema": ("/api/schema/", 200, None),
    "a list": ("/api/v1/products/", 200, None),
    "a problem": ("/api/v1/orders/", 401, None),
    "an address that is not there": ("/api/v1/nothing/", 404, None),
    "a page that is not there": ("/nothing", 404, PAGE),
    "the login": ("/admin/login/", 200, PAGE),
    "to the login": ("/admin/orders/order/", 302, PAGE),
    "health": ("/healthz", 200, None),
    "a script": ("/static/admin/js/theme.js", 200, None),
    "a picture": ("/static/admin/img/icon-yes.svg", 200, None),
}
HTTPS = {"HTTP_X_FORWARDED_PROTO": "https"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def behind_https(settings):
    """Set what DJANGO_HTTPS_PROXY=true sets."""
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


def headers_of(response):
    """Return the headers that are sent everywhere, and the policy of content."""
    response.close()  # where it is a file
    return {name: response.get(name) for name in EVERYWHERE}, response.get("Content-Security-Policy")


@pytest.mark.parametrize("kind", ANSWERS)
def test_answer_has_every_header(client, kind):
    path, status, policy = ANSWERS[kind]

    response = client.get(path)

    assert response.status_code == status
    assert headers_of(response) == (EVERYWHERE, policy)
    assert not response.has_header("Strict-Transport-Security")  # there is no TLS


@pytest.mark.parametrize(
    "page", ["index", "orders_order_changelist", "catalog_product_add", "password_change"]
)
def test_page_of_the_admin_has_every_header(client, staff, page):
    client.force_login(staff)

    response = client.get(reverse(f"admin:{page}"))

    assert response.status_code == 200
    assert headers_of(response) == (EVERYWHERE, PAGE)


def test_refusals_of_forms_and_hosts_have_every_header(client):
    strict = Client(enforce_csrf_checks=True)
    forged = strict.post("/admin/login/", {})
    foreign = client.get("/admin/login/", HTTP_HOST="evil.example")

    assert (forged.status_code, foreign.status_code) == (403, 400)
    assert headers_of(forged) == headers_of(foreign) == (EVERYWHERE, PAGE)


@pytest.mark.parametrize(("error", "status"), [(OperationalError("gone"), 503), (RuntimeError("fault"), 500)])
@pytest.mark.parametrize(("path", "policy"), [("/admin/", PAGE), ("/api/v1/categories/", None)])
def test_failures_have_every_header(monkeypatch, staff, error, status, path, policy):
    client = Client(raise_request_exception=False)
    client.force_login(staff)
    queries = "django.db.models.sql.compiler.SQLCompiler.execute_sql"
    monkeypatch.setattr(queries, lambda *args, **kwargs: throw(error))

    response = client.get(path)

    assert response.status_code == status
    assert headers_of(response) == (EVERYWHERE, policy)


@pytest.mark.parametrize("kind", ANSWERS)
def test_behind_tls_a_browser_is_told_to_stay_there(behind_https, client, kind):
    path, status, _policy = ANSWERS[kind]

    response = client.get(path, **HTTPS)

    response.close()
    assert response.status_code == status
    assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


@pytest.mark.parametrize("path", ["/admin/login/", "/api/v1/products/", "/static/admin/js/theme.js"])
def test_behind_tls_what_comes_without_is_sent_there(behind_https, client, path):
    response = client.get(path)

    assert (response.status_code, response["Location"]) == (301, f"https://testserver{path}")
    assert headers_of(response) == (EVERYWHERE, PAGE)


@pytest.mark.parametrize("https", [False, True])
def test_cookies_are_for_the_store_alone(client, staff, settings, https, request):
    if https:
        request.getfixturevalue("behind_https")
    get_user_model().objects.filter(pk=staff.pk).update(username="boss")

    client.get("/admin/login/", **HTTPS)
    response = client.post("/admin/login/", {"username": "boss", "password": PASSWORD}, **HTTPS)

    assert response.status_code == 302
    session, csrf = response.cookies["sessionid"], response.cookies["csrftoken"]
    assert (session["httponly"], session["samesite"], bool(session["secure"])) == (True, "Lax", https)
    assert (csrf["samesite"], bool(csrf["secure"])) == ("Lax", https)  # the admin's scripts read it


@pytest.mark.parametrize("path", ["/api/v1/products/", "/api/schema/swagger-ui/", "/healthz"])
def test_api_sets_no_cookies(client, path):
    assert not client.get(path).cookies


@pytest.mark.parametrize(
    "path", ["/admin/login/", "/api/schema/redoc/", "/api/schema/swagger-ui/", "/nothing"]
)
def test_no_page_has_lines_of_script(client, path):
    page = client.get(path).text

    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page) == []
    assert re.findall(r"<[^>]+\son[a-z]+=", page) == []


def throw(error):
    raise error
