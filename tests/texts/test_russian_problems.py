"""Every refusal is told in good Russian, those that Django, DRF and django-filter word as well."""

import json
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from django.utils import translation

from apps.catalog.product_import import UnusableFile, import_products
from apps.catalog.tests.factories import make_product
from apps.core.api.problems.registry import all_problems
from apps.core.exceptions import fault_codes
from apps.users.models import User
from conftest import PASSWORD
from tests.support.provoked_problems import (
    ADDRESSES,
    LOGIN,
    MOSCOW,
    ORDERS,
    PRODUCTS,
    PROVOKED,
    World,
)

REGISTER = "/api/v1/auth/register/"
CATEGORIES = "/api/v1/categories/"
ALL_ORDERS = "/api/v1/admin/orders/"
SESSION = "/api/v1/auth/sessions/00000000-0000-0000-0000-000000000000/"
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
QUOTED = re.compile("«[^»]*»|`[^`]*`")  # what the client sent, and names of the API
WORD = re.compile(r"[A-Za-z][\w+-]*")
# The same in every language.
NAMES = {
    "ASCII",
    "CSV",
    "ETag",
    "Idempotency-Key",
    "ISO",
    "JPEG",
    "JSON",
    "PDF",
    "PNG",
    "NUL",
    "RFC",
    "RU",
    "U+D800",
    "UTF-8",
    "WebP",
}
NAMES |= {
    "UUID",
    "false",
    "true",
    "count",
    "delta",
    "last_seen",
    "price",
    "sku",
    "stock",
    "name",
    "category",
}
# No field of the API has a least length.
UNMET_FAULTS = {"min_length"}


@pytest.mark.django_db
@pytest.mark.parametrize("code", PROVOKED)
def test_problem_is_told_in_russian(make_user: Callable[..., User], code: str):
    world = World(make_user)
    for client in (world.anyone, world.customer, world.staff):
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"

    response = PROVOKED[code](world)

    assert foreign_texts(response.json()) == []


@pytest.mark.django_db
def test_every_fault_is_told_in_russian(make_user: Callable[..., User]):
    answers = list(answers_with_faults(World(make_user)))

    assert {response.status_code for response in answers} == {400, 401, 404, 415}
    assert [text for response in answers for text in foreign_texts(response.json())] == []
    met = {fault["code"] for response in answers for fault in faults_in(response.json())}
    assert met == set(fault_codes()) - UNMET_FAULTS


def bulk_move(client: Any, rows: list[Any]) -> Any:
    headers = {"Idempotency-Key": str(len(rows))}
    return client.post("/api/v1/admin/stock/bulk/", {"reason": "пересчёт", "rows": rows}, headers=headers)


def faults_in(answer: Any) -> Iterator[Any]:
    yield from answer.get("errors", ())
    yield from (fault for row in answer.get("rows", ()) for fault in row["errors"])


def answers_with_faults(world: World) -> Iterator[Any]:
    product, other = make_product(), make_product()
    yield from wrong_products(world, product)
    yield from wrong_accounts(world)
    yield from wrong_orders(world, product)
    yield from wrong_addresses(world)
    yield from wrong_queries(world)
    yield from unreadable(world)
    yield PROVOKED["return_url_not_allowed"](world)
    yield PROVOKED["quantity_step"](world)
    below = {"name": "Чай", "parent": product.category_id}
    category = world.staff.post(CATEGORIES, below).json()["id"]
    for body in ({"parent": category}, {"slug": other.category.slug}, {"parent": -1}):
        yield world.staff.patch(f"{CATEGORIES}{product.category_id}/", body)
    movements = f"/api/v1/admin/products/{product.pk}/stock-movements/"
    for movement in ({}, {"delta": 0}, {"delta": 1, "count": 1}, {"delta": 2**31}, {"last_seen": -1}):
        yield world.staff.post(movements, {"reason": "пересчёт", **movement})
    yield world.staff.post(movements, {})
    for rows in (
        [{"sku": product.sku, "delta": 1}] * 2,
        [{"sku": product.sku, "count": 1, "last_seen": 1}, {"sku": other.sku, "delta": -101}, {"sku": "?"}],
    ):
        yield bulk_move(world.staff, rows)
    yield world.staff.patch(f"{PRODUCTS}{product.pk}/", {"stock": 1})


def wrong_products(world: World, product: Any) -> Iterator[Any]:
    wanted = {"name": "Чайник", "sku": "Ч", "price": "1.00", "category": product.category_id}
    wrong: dict[str, list[Any]] = {
        "name": ["", " ", None, [], "я" * 256, "\0", "\ud800"],
        "sku": [1, True, {}, "я" * 65, product.sku],
        "price": ["", "дорого", True, "-1", "1.001", "1" * 11, "123456789.0", "1" * 1001, None, []],
        "compare_at_price": ["1.00", "дорого", "-1"],
        "category": ["Чай", 999, {}, None, 2**70],
        "tax_class": ["НДС", 1],
        "weight_g": ["1", -1, 2**40],
        "slug": ["", "а б", "x" * 281, product.slug],
        "description": ["я" * 10_001, 1],
        "is_active": ["да", 1, None],
        "stock": ["1", 1.5, -1, 2**40, None],
        "barcode": ["460", "4601234567890"],
    }
    for field, values in wrong.items():
        for value in values:
            yield sent(world.staff.post, PRODUCTS, {**wanted, field: value})
    yield world.staff.post(PRODUCTS, {})


def wrong_accounts(world: World) -> Iterator[Any]:
    wanted = {"username": "Ольга", "email": "olga@example.com", "password": PASSWORD}
    wrong: dict[str, list[Any]] = {
        "username": ["", "а б", "я" * 151, "ﬃ" * 100, world.user.username, 1, "Staff", "оlga", "o@p.ru"],
        "email": ["", "ольга", f"{'x' * 250}@example.com", "o\0@example.com", world.user.email, 1],
        "password": ["", "1", "12345678", "password", "Ольга", "x" * 129, "\ud800", 1],
    }
    for field, values in wrong.items():
        for value in values:
            yield sent(world.anyone.post, REGISTER, {**wanted, field: value})
    yield world.anyone.post(REGISTER, {**wanted, "username": "olgaivanova", "password": "olgaivanova1"})
    yield world.anyone.post("/api/v1/auth/refresh/", {"refresh": "x"})
    yield world.anyone.post("/api/v1/auth/password/reset/confirm/", {"token": "x", "new_password": PASSWORD})
    passwords = {"old_password": "другой", "new_password": "1"}
    yield world.customer.post("/api/v1/auth/password/change/", passwords)
    yield world.customer.post("/api/v1/auth/password/change/", {**passwords, "old_password": PASSWORD})
    for address in (world.boss.email, world.user.email):  # taken, and the customer's own
        wanted_address = {"password": PASSWORD, "new_email": address}
        yield world.customer.post("/api/v1/auth/email/change/", wanted_address)
    yield world.customer.delete("/api/v1/auth/me/", {"password": "другой"})
    yield world.customer.patch("/api/v1/auth/me/", {"first_name": "я" * 151})
    yield world.customer.patch("/api/v1/auth/me/", {"email": "olga@example.com"})
    yield world.customer.delete(SESSION)


def wrong_orders(world: World, product: Any) -> Iterator[Any]:
    line = {"product_id": product.pk, "quantity": 1}
    for items in (None, [], {}, "чай", ["чай"], [None], [{}], [line] * 2001):
        yield world.customer.post(ORDERS, {"items": items})
    for number in (None, "1", 0, 1.5, True, 2**63):
        yield world.customer.post(ORDERS, {"items": [{"product_id": number, "quantity": number}]})
    yield world.customer.post(ORDERS, {"items": [line], "expected_total": "дорого"})
    yield world.order({make_product(is_active=False): 1})
    yield world.order({product: 1}, coupon="НЕТ")
    yield world.order({product: 1}, payment_method="бартер")
    yield world.order({product: 1}, shipping_address=MOSCOW, shipping_address_id=1)
    yield world.order({product: 1}, shipping_address={"country": "Россия"}, delivery={}, pickup_point={})
    address = f"{ORDERS}{world.order({product: 1}).json()['id']}/"
    for move in ({}, {"status": "утерян"}, {"status": None}, {"status": []}, {"comment": "я" * 1001}):
        yield world.customer.patch(address, move)


def wrong_addresses(world: World) -> Iterator[Any]:
    for wrong in (
        {"country": "Россия"},
        {"line1": ""},
        {"phone": "нет"},
        {"postal_code": "1"},
        {"note": "я" * 301},
        {"label": None},
        {"is_default_billing": "да"},
    ):
        yield world.customer.post(ADDRESSES, {**MOSCOW, **wrong})


def wrong_queries(world: World) -> Iterator[Any]:
    products = [
        "serch=чай",
        "page=1&page=2",
        "page=0",
        "page=99",
        "page=я",
        "page_size=0",
        "page_size=101",
        "count=я",
    ]
    products += [
        "cursor=я",
        "cursor=&page=2",
        "page=99999999999999999999&count=false",
        "ordering=name,",
        "ordering=name,name",
    ]
    products += ["price_min=я", "price_min=1.234", "price_min=12345678901234567", "category=нет"]
    products += [
        "in_stock=я",
        "ordering=цена",
        "search=%00",
        "is_active=я",
        f"search={'я' * 201}",
        f"search={'я' * 65}",
    ]
    products += ["search=а+б+в+г+д+е+ж+з+и+к+л"]
    for query in products:
        yield world.staff.get(f"{PRODUCTS}?{query}")
    orders = ["status=я", "created_after=я", "user=я", "user=0", "user=99999999999999999999", "total_min=я"]
    for query in [*orders, "updated_since=2026-02-30"]:
        yield world.staff.get(f"{ALL_ORDERS}?{query}")
    yield world.staff.get("/api/v1/admin/jobs/?status=я")
    points = [
        "near=я",
        "near=1,2&radius_km=я",
        "near=1,2&radius_km=501",
        "weight_g=я",
        "kind=я",
    ]
    for query in points:
        yield world.anyone.get(f"/api/v1/pickup-points/?{query}")
    yield world.staff.delete(f"{CATEGORIES}{make_product().category_id}/?hard=я")


def unreadable(world: World) -> Iterator[Any]:
    for body in (b"{", b"\xff", b"[]", b"[" * 100_000, b'{"a":' * 40 + b"1" + b"}" * 40, b'{"a": NaN}', b"1"):
        yield world.anyone.post(LOGIN, body, content_type="application/json")
    yield world.anyone.post(LOGIN, b'{"username": 1, "username": 2}', content_type="application/json")
    for content_type in ("multipart/form-data", "text/plain; charset=x", "нет"):
        yield world.anyone.post(LOGIN, b"x", content_type=content_type)
    for header in ("Bearer", "Bearer a b", "Basic x", "Bearer \xff"):
        yield world.anyone.get(ORDERS, headers={"Authorization": header})


@pytest.mark.parametrize("code", sorted(all_problems()))
def test_page_of_a_problem_is_in_russian(api: Any, code: str):
    entry = api.get(f"/api/problems/{code}/", HTTP_ACCEPT="application/json").json()

    assert foreign_texts(entry["example"]) == []
    assert [text for name in ("title", "meaning", "advice") if is_foreign(text := entry[name])] == []


BAD_ROWS = {
    "a short row": "Ч,Чайник\n",
    "no name": "Ч,,1.00,Чай,\n",
    "no number": "Ч,Чайник,дорого,Чай,\n",
    "a negative price": "Ч,Чайник,-1,Чай,\n",
    "too many digits": "Ч,Чайник,123456789.00,Чай,\n",
    "too many places": "Ч,Чайник,1.0011,Чай,\n",
    "two meanings": "Ч,Чайник,1.001,Чай,\n",
    "pieces": "Ч,Чайник,1.00,Чай,много\n",
    "a long sku": f"{'Ч' * 65},Чайник,1.00,Чай,\n",
    "a long category": f"Ч,Чайник,1.00,{'Ч' * 201},\n",
    "NUL": "Ч,Чай\0ник,1.00,Чай,\n",
}


@pytest.mark.django_db
@pytest.mark.parametrize("row", BAD_ROWS)
def test_bad_row_of_a_file_is_told_in_russian(row: str):
    file = BytesIO(f"sku,name,price,category,stock\n{BAD_ROWS[row]}".encode())

    with translation.override("ru"):
        reasons = [bad.reason for bad in import_products(file).bad_rows]

    assert len(reasons) == 1
    assert not is_foreign(reasons[0]), reasons


@pytest.mark.django_db
@pytest.mark.parametrize("content", ["sku,name\n", "sku,name,price,category,price\n"])
def test_file_that_is_no_table_is_told_in_russian(content: str):
    with translation.override("ru"), pytest.raises(UnusableFile) as refused:
        import_products(BytesIO(content.encode()))

    assert not is_foreign(str(refused.value)), refused.value


def sent(method: Callable[..., Any], address: str, body: dict[str, Any]) -> Any:
    return method(address, json.dumps(body), content_type="application/json")


def foreign_texts(body: dict[str, Any]) -> list[str]:
    """Return the texts for people, of a problem, that are not in Russian."""
    texts = [body["title"], body["detail"], *[fault["detail"] for fault in body.get("errors", ())]]
    if isinstance(body.get("stock"), str):
        texts.append(body["stock"])
    return [text for text in texts if is_foreign(text)]


def is_foreign(text: str) -> bool:
    words = set(WORD.findall(QUOTED.sub("", text)))
    return not CYRILLIC.search(text) or bool(words - NAMES)
