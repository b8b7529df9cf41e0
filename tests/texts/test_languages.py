"""Every response is in the language the client requests, and says so.

`Content-Language` and `Vary` stand in every answer but files; `apps/core/middleware/language.py` says why.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product
from apps.orders.tests.factories import make_order
from apps.users.login_throttling import ACCOUNT
from apps.users.models import User
from tests.support.languages import CYRILLIC, Shop, varies_by
from tests.support.parameters import spread
from tests.support.provoked_problems import PROVOKED, refusing

ASKED = {
    "en": "en",
    "ru": "ru",
    "de": "ru",
    "de, en-GB;q=0.8, ru;q=0.2": "en",
    ";q=, en en": "ru",
}
ENGLISH, RUSSIAN = ([asked for asked, told in ASKED.items() if told == language] for language in ("en", "ru"))


def has_not_changed(shop: Shop) -> Any:
    etag = shop.anyone.get("/api/v1/products/")["ETag"]
    return shop.anyone.get("/api/v1/products/", headers={"If-None-Match": etag})


def invoice_being_made(shop: Shop) -> Any:
    return shop.customer.get(f"/api/v1/orders/{make_order(shop.user).pk}/invoice/")


def admin_away(shop: Shop) -> Any:
    with refusing(OperationalError("connection refused")):
        return shop.office.get("/admin/")


def admin_broken(shop: Shop) -> Any:
    with refusing(RuntimeError("password=hunter2")):
        return shop.office.get("/admin/")


def admin_login_refused(shop: Shop) -> Any:
    client = Client(headers={"accept-language": shop.accept_language})
    wrong = {"username": shop.boss.username, "password": "another-one"}
    for _attempt in range(ACCOUNT.failures):
        client.post("/admin/login/", wrong)
    return client.post("/admin/login/", wrong)


def ordered_again(shop: Shop) -> Any:
    product = make_product()
    shop.keyed("one", 1, product)
    return shop.keyed("one", 1, product)


class Case(NamedTuple):
    """How an answer is got; and its texts: JSON, a page, or none at all."""

    status: int
    ask: Callable[[Shop], Any]
    kind: str = "no text"


OTHER_ANSWERS = {
    "a list": Case(200, lambda shop: shop.anyone.get("/api/v1/products/")),
    "a product": Case(200, lambda shop: shop.anyone.get(f"/api/v1/products/{make_product().pk}/")),
    "what has not changed": Case(304, has_not_changed),
    "an order that is placed": Case(201, lambda shop: shop.placed()),
    "an order that is sent again": Case(201, ordered_again),
    "own orders": Case(200, lambda shop: shop.customer.get("/api/v1/orders/")),
    "all orders": Case(200, lambda shop: shop.staff.get("/api/v1/admin/orders/")),
    "a logout": Case(204, lambda shop: shop.customer.post("/api/v1/auth/logout/")),
    "an invoice that is being made": Case(202, invoice_being_made),
    "a quote": Case(
        200,
        lambda shop: shop.customer.post(
            "/api/v1/orders/quote/", {"items": [{"product_id": make_product(stock=0).pk, "quantity": 1}]}
        ),
        "quote",
    ),
    "a missing slash": Case(301, lambda shop: shop.anyone.get("/api/v1/products")),
    "a preflight": Case(
        200,
        lambda shop: shop.anyone.options(
            "/api/v1/products/",
            headers={"Origin": "https://a.example", "Access-Control-Request-Method": "GET"},
        ),
    ),
    "an unknown address of the API": Case(404, lambda shop: shop.anyone.get("/api/v1/none/"), "problem"),
    "an unknown address of the schema": Case(404, lambda shop: shop.anyone.get("/api/schema/x/"), "problem"),
    "an unknown problem": Case(404, lambda shop: shop.anyone.get("/api/problems/none/"), "problem"),
    "a problem for programs": Case(
        200, lambda shop: shop.anyone.get("/api/problems/not_found/", HTTP_ACCEPT="application/json"), "entry"
    ),
    "a problem for people": Case(200, lambda shop: shop.visitor.get("/api/problems/not_found/"), "page"),
    "all problems": Case(200, lambda shop: shop.visitor.get("/api/problems/"), "page"),
    "an unknown page": Case(404, lambda shop: shop.visitor.get("/none"), "page"),
    "an unknown file": Case(404, lambda shop: shop.visitor.get("/static/none.css"), "page"),
    "a page of another host": Case(
        400, lambda shop: shop.visitor.get("/none", HTTP_HOST="evil.example"), "page"
    ),
    "a form from elsewhere": Case(403, lambda shop: shop.visitor.post("/admin/login/", {}), "page"),
    "the admin's login": Case(200, lambda shop: shop.visitor.get("/admin/login/"), "page"),
    "too many logins": Case(429, admin_login_refused, "page"),
    "the admin": Case(200, lambda shop: shop.office.get("/admin/"), "page"),
    "the admin's orders": Case(200, lambda shop: shop.office.get("/admin/orders/order/"), "page"),
    "the admin's words": Case(200, lambda shop: shop.office.get("/admin/jsi18n/"), "script"),
    "a row that is not there": Case(302, lambda shop: shop.office.get("/admin/orders/order/999/change/")),
    "the admin without a database": Case(503, admin_away, "page"),
    "the admin that fails": Case(500, admin_broken, "page"),
    "whether the store is up": Case(200, lambda shop: shop.anyone.get("/healthz")),
}
# The server answers these before it has read which language is asked for.
UNREAD = {"uri_too_long", "header_fields_too_large"}
PROBLEMS = {code: Case(0, ask, "problem") for code, ask in PROVOKED.items() if code not in UNREAD}
ANSWERS = [*PROBLEMS, *OTHER_ANSWERS]
# What is to be read in an answer of each kind.
TEXTS: dict[str, Callable[[Any], list[str]]] = {
    "no text": lambda response: [],
    "problem": lambda response: [response.json()["title"], response.json()["detail"]],
    "entry": lambda response: [
        response.json()["title"],
        response.json()["meaning"],
        response.json()["advice"],
    ],
    "quote": lambda response: [problem["detail"] for problem in response.json()["problems"]],
    "page": lambda response: [re.sub(r"<[^>]*>", "", response.text.partition("<body")[2])],
    "script": lambda response: [re.sub(r"\\u04[0-9a-fA-F]{2}", "я", response.text)],
}


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "asked"), [*spread(ANSWERS, ENGLISH), *spread(ANSWERS, RUSSIAN)])
def test_answer_is_in_the_language_that_is_asked_for(make_user: Callable[..., User], name: str, asked: str):
    status, ask, kind = {**PROBLEMS, **OTHER_ANSWERS}[name]

    response = ask(Shop(make_user, asked))

    language = ASKED[asked]
    assert response.status_code == status or name in PROBLEMS
    assert response["Content-Language"] == language
    assert "accept-language" in varies_by(response)
    texts = TEXTS[kind](response)
    assert all(bool(CYRILLIC.search(text)) is (language == "ru") for text in texts)
    assert bool(texts) is (kind != "no text")
    if kind == "page":
        assert f'lang="{language}"' in response.text


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["en", "ru", "de"])
def test_invoice_is_in_the_language_of_its_order_whoever_asks(make_user: Callable[..., User], asked: str):
    shop = Shop(make_user, asked)

    invoice = shop.invoice()
    unchanged = shop.customer.get(invoice.wsgi_request.path, headers={"If-None-Match": invoice["ETag"]})

    assert (invoice.status_code, unchanged.status_code) == (200, 304)
    assert (invoice["Content-Language"], unchanged["Content-Language"]) == ("en", "en")


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["en", "ru"])
@pytest.mark.parametrize("address", ["", "swagger-ui/", "redoc/"])
def test_documentation_is_in_english_whoever_asks(api: APIClient, address: str, asked: str):
    response = api.get(f"/api/schema/{address}", headers={"Accept-Language": asked}, HTTP_ACCEPT="*/*")

    assert (response.status_code, response["Content-Language"]) == (200, "en")


def test_files_have_no_language(client: Client):
    response = client.get("/static/online_store/pages.css", headers={"Accept-Language": "en"})

    assert (response.status_code, b"".join(response)[:5]) == (200, b"/* Pa")
    assert "Content-Language" not in response
    assert "accept-language" not in varies_by(response)


def test_cookie_decides_nothing(client: Client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    response = client.get("/none", headers={"Accept-Language": "ru"})

    assert response["Content-Language"] == "ru"


def test_language_of_one_request_is_not_that_of_the_next(client: Client, settings: Any):
    settings.SECURE_SSL_REDIRECT = True  # looks at the host before anything else does
    client.get("/none", headers={"Accept-Language": "en"}, secure=True)

    response = client.get("/none", HTTP_HOST="evil.example")

    assert (response.status_code, response["Content-Language"]) == (400, "ru")
    assert "Запрос не удалось разобрать." in response.text
