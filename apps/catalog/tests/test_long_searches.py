"""A search has so many words at most, of so many characters: more is refused, and in the admin shortened."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.tests.factories import make_category, make_product
from apps.core.tests.answers import refusal_of

PRODUCTS, CATEGORIES, ORDERS = "/api/v1/products/", "/api/v1/categories/", "/api/v1/admin/orders/"
TEN = "a b c d e f g h i j"
WORDY = "abcdefghijklmnopqrstuvwxyz0123456789"

pytestmark = pytest.mark.django_db


def conditions(client, address, query):
    """Return on how many parts of texts the database is asked for, at the most, by one statement."""
    with CaptureQueriesContext(connection) as questions:
        response = client.get(address, query)
    assert response.status_code == 200
    return max(question["sql"].upper().count(" LIKE ") for question in questions)


@pytest.mark.parametrize("address", [PRODUCTS, CATEGORIES])
@pytest.mark.parametrize(
    ("search", "code"),
    [
        (" ".join("abcdefghijk"), "too_many_words"),
        (" ".join(WORDY), "too_many_words"),
        ("x" * 65, "word_too_long"),
        ("tea " + "\N{LATIN SMALL LIGATURE FFI}" * 22, "word_too_long"),  # which is three letters
        ("x" * 201, "max_length"),
    ],
)
def test_search_of_more_words_or_longer_ones_is_refused(api, address, search, code):
    response = api.get(address, {"search": search})

    assert refusal_of(response) == (400, "invalid_query", [(code, "search")])


@pytest.mark.parametrize(
    ("search", "detail"),
    [
        (" ".join(WORDY), "Search for at most 10 different words."),
        ("x" * 65, "A word may have at most 64 characters."),
    ],
)
def test_refusal_tells_the_limit(api, search, detail):
    response = api.get(PRODUCTS, {"search": search}, headers={"accept-language": "en"})

    (fault,) = response.json()["errors"]
    assert fault["detail"] == detail


@pytest.mark.parametrize(
    "search",
    [
        TEN,
        "a " * 100,
        "A a Á á Ａ ａ " * 16,  # one letter, folded
        "x" * 64,
    ],
    ids=["ten words", "one word a hundred times", "one word in many spellings", "64 characters"],
)
def test_search_within_the_limits_is_read(api, search):
    make_product(name="Abcdefghij " + "x" * 64)

    assert api.get(PRODUCTS, {"search": search}).json()["count"] == 1


def test_each_word_is_looked_for_once_and_its_parts_not_at_all(api):
    make_product(name="Teapot")

    assert conditions(api, PRODUCTS, {"search": "teapot tea TEA Pot a o t teapot"}) == 1


@pytest.mark.parametrize(
    ("listed", "most"),
    [
        ("catalog/product", 10),
        ("catalog/category", 10),
        ("users/user", 10 * 4),  # in each of four fields
        ("users/session", 10 * 3),
        ("jobs/job", 10 * 3),
        ("orders/order", 10),
        ("audit/auditentry", 10),
        ("catalog/stockmovement", 10),
    ],
)
@pytest.mark.parametrize(
    "text", [" ".join(WORDY * 20), "\\%_ " * 200, "x" * 5000], ids=["words", "signs", "a long word"]
)
def test_search_of_the_admin_is_shortened(client, staff, listed, most, text):
    make_product(category=make_category())
    client.force_login(staff)

    assert conditions(client, f"/admin/{listed}/", {"q": text}) <= most


def test_admin_looks_for_the_first_words(client, staff):
    make_product(name="Abcdefghij", sku="FOUND")
    client.force_login(staff)

    page = client.get("/admin/catalog/product/", {"q": f"{TEN} missing"})

    assert [product.sku for product in page.context["cl"].result_list] == ["FOUND"]
