"""Pages of products by cursor: every product once, in its order, whatever is written meanwhile."""

import random
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import Product
from apps.catalog.tests.factories import FOUND_AS_ASKED, make_category, make_products
from tests.support.parameters import spread

PRODUCTS = "/api/v1/products/"
ORDERINGS = [
    "",
    "name",
    "-name",
    "price",
    "-price",
    "created_at",
    "-created_at",
    "price,-name",
    "-price,created_at",
    "name,-price",
]
DROPS = pytest.mark.django_db(transaction=True)  # caches are dropped on commit
pytestmark = pytest.mark.django_db


def ids(answer):
    assert answer.status_code == 200
    return [row["id"] for row in answer.json()["results"]]


def address_of(answer):
    return f"{answer.request['PATH_INFO']}?{answer.request['QUERY_STRING']}"


def walk(client, address, follow="next", between=lambda: None):
    """Yield the answers from this address on, by the links."""
    while address:
        answer = client.get(address)
        yield answer
        address = answer.json()[follow]
        between()


def walked(client, address, **how):
    return [row for answer in walk(client, address, **how) for row in ids(answer)]


def take_off_sale(*product_ids):
    Product.objects.filter(pk__in=product_ids).update(is_active=False)


@pytest.fixture
def shelf():
    """Make products of which many share a name, a price or a moment."""
    products = make_products(23)
    chance = random.Random(5)
    for product in products:
        product.name = chance.choice(["Mug", "mug", "Кружка", "Ёжик", "Plate"])
        product.price = Decimal(chance.choice(["0.00", "9.99", "10.00", "10.10", "99999999.99"]))
        product.created_at = chance.choice(products).created_at
    Product.objects.bulk_update(products, ["name", "price", "created_at"])
    return products


@pytest.mark.parametrize(("ordering", "size"), spread(ORDERINGS, [1, 3, 23]))
def test_cursors_lead_through_the_list_there_and_back(api, shelf, ordering, size):
    whole = ids(api.get(PRODUCTS, {"ordering": ordering, "page_size": 100}))

    there = list(walk(api, f"{PRODUCTS}?cursor=&page_size={size}&ordering={ordering}"))
    back = list(walk(api, address_of(there[-1]), "previous"))

    assert [ids(answer) for answer in there] == [whole[start : start + size] for start in range(0, 23, size)]
    assert (there[0].json()["previous"], there[-1].json()["next"]) == (None, None)
    # On the way back the pages are counted from the last one, so the short one is the first.
    rest = whole[: 23 - len(ids(there[-1]))]
    pages = [rest[max(0, end - size) : end] for end in range(len(rest), 0, -size)]
    assert [ids(answer) for answer in back] == [ids(there[-1]), *pages]


def test_page_has_links_and_rows_and_nothing_else(api):
    first, second, third = make_products(3)

    page = api.get(PRODUCTS, {"cursor": "", "page_size": 1}).json()
    middle = api.get(page["next"]).json()

    assert page.keys() == {"next", "previous", "results", *FOUND_AS_ASKED}
    assert page["next"].startswith(f"http://testserver{PRODUCTS}?cursor=")
    assert [row["id"] for row in middle["results"]] == [second.pk]
    assert ids(api.get(middle["previous"])) == [first.pk]
    assert ids(api.get(middle["next"])) == [third.pk]


def test_empty_list_is_one_page(api):
    assert api.get(PRODUCTS, {"cursor": ""}).json() == {
        "next": None,
        "previous": None,
        "results": [],
        **FOUND_AS_ASKED,
    }


@DROPS
@pytest.mark.parametrize(
    "ordering",
    [*ORDERINGS[::2], *(pytest.param(each, marks=pytest.mark.long) for each in ORDERINGS[1::2])],
)
def test_products_that_stay_are_shown_once_while_others_come_and_go(api, shelf, ordering):
    chance = random.Random(ordering)
    come_and_go = make_products(10, category=shelf[0].category, name="Mug", price="10.00")
    staying = {product.pk for product in shelf}

    def write():
        twin = chance.choice(shelf)
        make_products(1, category=twin.category, name=twin.name, price=twin.price)
        if come_and_go:
            chance.shuffle(come_and_go)
            take_off_sale(come_and_go.pop().pk)

    whole = [pk for pk in ids(api.get(PRODUCTS, {"ordering": ordering, "page_size": 100})) if pk in staying]
    seen = walked(api, f"{PRODUCTS}?cursor=&page_size=2&ordering={ordering}", between=write)

    assert [pk for pk in seen if pk in staying] == whole
    assert len(seen) == len(set(seen))


@DROPS
@pytest.mark.parametrize(
    ("page", "follow", "gone", "shown"),
    [
        (0, "next", [1], [2, 3]),  # a page's last product, behind which the next one begins
        (0, "next", [0, 1, 2], [3, 4]),
        (0, "next", [2, 3, 4], []),
        (1, "previous", [2], [0, 1]),  # its first one, before which the previous one ends
        (1, "previous", [1, 2, 3], [0]),
        (1, "previous", [0, 1], []),
    ],
)
def test_place_stays_when_the_products_around_it_go(api, page, follow, gone, shown):
    products = [product.pk for product in make_products(5)]
    link = list(walk(api, f"{PRODUCTS}?cursor=&page_size=2"))[page].json()[follow]

    take_off_sale(*[products[number] for number in gone])

    assert ids(api.get(link)) == [products[number] for number in shown]


@DROPS
@pytest.mark.parametrize(
    ("page", "follow", "gone", "stay"), [(0, "next", [2, 3], [0, 1]), (1, "previous", [0, 1], [2, 3])]
)
def test_page_whose_products_are_gone_leads_to_those_that_stayed(api, page, follow, gone, stay):
    products = [product.pk for product in make_products(4)]
    link = list(walk(api, f"{PRODUCTS}?cursor=&page_size=2"))[page].json()[follow]
    take_off_sale(*[products[number] for number in gone])

    empty = api.get(link).json()

    back = "previous" if follow == "next" else "next"
    assert (empty["results"], empty[follow]) == ([], None)
    assert ids(api.get(empty[back])) == [products[number] for number in stay]


@pytest.mark.parametrize("size", [2, 5])
def test_size_of_the_pages_may_change_on_the_way(api, size):
    products = [product.pk for product in make_products(7)]
    link = api.get(PRODUCTS, {"cursor": "", "page_size": 1}).json()["next"]

    answer = api.get(link.replace("page_size=1", f"page_size={size}"))

    assert ids(answer) == products[1 : 1 + size]


@pytest.mark.parametrize(
    "query",
    ["search=mug", "category={category}", "price_min=9", "price_max=10", "in_stock=true", "in_stock=false"],
)
def test_cursors_go_with_every_filter(api, shelf, query):
    Product.objects.filter(pk__in=[product.pk for product in shelf[::2]]).update(stock=0)
    make_products(3, category=make_category())
    query = query.format(category=shelf[0].category_id)
    whole = ids(api.get(f"{PRODUCTS}?{query}&page_size=100&ordering=name"))  # a search has another order

    assert walked(api, f"{PRODUCTS}?{query}&page_size=2&cursor=") == whole
    assert 2 < len(whole) < 26


def test_staff_walk_through_what_is_off_sale(staff_api, shelf):
    take_off_sale(*[product.pk for product in shelf[:5]])

    seen = walked(staff_api, f"{PRODUCTS}?is_active=false&cursor=&page_size=2")

    assert sorted(seen) == [product.pk for product in shelf[:5]]


def test_page_takes_the_same_queries_wherever_it_is(staff_api, shelf):
    counts = set()
    address = f"{PRODUCTS}?is_active=true&cursor=&page_size=3&ordering=-price,name"
    while address:  # staff's own read is never kept
        with CaptureQueriesContext(connection) as queries:
            answer = staff_api.get(address)
        counts.add(len([query for query in queries if '"catalog_product"' in query["sql"]]))
        address = answer.json()["next"]

    assert counts == {1}


@DROPS
def test_page_is_kept_until_something_changes(api, staff_api, shelf):
    first = api.get(f"{PRODUCTS}?cursor=&page_size=2")
    link = first.json()["next"]
    kept = api.get(link)

    with CaptureQueriesContext(connection) as queries:
        again = api.get(link)
        still = api.get(link, headers={"If-None-Match": kept["ETag"]})
    staff_api.patch(f"{PRODUCTS}{ids(kept)[0]}/", {"description": "Changed"})
    changed = api.get(link)

    assert len(queries) == 0
    assert (again.content, still.status_code) == (kept.content, 304)
    assert changed["ETag"] != kept["ETag"]
    assert changed.json()["results"][0]["description"] == "Changed"


def test_link_is_short_enough_for_servers_whatever_the_name(api):
    chance = random.Random(1)
    make_products(2, name="".join(chr(chance.randrange(0x10000, 0x10FFFF)) for _ in range(255)))

    link = api.get(f"{PRODUCTS}?cursor=&page_size=1").json()["next"]

    assert len(link) < 2500  # gunicorn takes 4,094 in the first line of a request
    assert len(ids(api.get(link))) == 1
