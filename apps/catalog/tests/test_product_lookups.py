"""Lists of products that are named, reduced or changed since; products by their slug; the order of sales."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_category, make_product, make_products
from apps.core.api.fields import moment
from apps.core.tests.answers import refusal_of

URL = "/api/v1/products/"

pytestmark = pytest.mark.django_db


def listed(client, **query):
    answer = client.get(URL, query)
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def walked(client, address):
    """Return the ids of all pages from this address on."""
    found = []
    while address:
        page = client.get(address).json()
        found += [row["id"] for row in page["results"]]
        address = page["next"]
    return found


@pytest.fixture
def shelf():
    """Make five products, called from a to e."""
    return [make_product(name=name, sku=f"Т-{name}") for name in "abcde"]


def test_named_products_keep_the_order_of_their_ids(api, shelf):
    a, b, c, _d, e = (product.pk for product in shelf)

    assert listed(api, ids=f"{e},{a},{c}") == [e, a, c]
    assert listed(api, ids=f"{b},{a},{b},{10**9}") == [b, a]
    assert listed(api, ids=f"{e},{a},{c}", ordering="name") == [a, c, e]
    assert listed(api, ids="") == [a, b, c, shelf[3].pk, e]
    assert api.get(URL, {"ids": f"{e},{a},{c}", "page_size": 2}).json()["count"] == 3


def test_named_products_have_pages_by_cursor(api, shelf):
    ids = [shelf[place].pk for place in (3, 0, 4, 1)]
    first = f"{URL}?ids={','.join(map(str, ids))}&page_size=1&cursor="

    assert walked(api, first) == ids
    second = api.get(api.get(first).json()["next"]).json()
    assert [row["id"] for row in api.get(second["previous"]).json()["results"]] == ids[:1]


def test_products_off_sale_are_left_out(api, staff_api, shelf):
    gone = make_product(is_active=False)

    assert listed(api, ids=f"{gone.pk},{shelf[0].pk}") == [shelf[0].pk]
    assert listed(api, sku=gone.sku) == []
    assert listed(staff_api, ids=f"{gone.pk}", is_active="false") == [gone.pk]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("ids=1,,2", "invalid"),
        ("ids=1,two", "invalid"),
        ("ids=0", "invalid"),
        ("ids=-1", "invalid"),
        ("ids=1, 2", "invalid"),
        (f"ids={'9' * 19}", "invalid"),
        (f"ids={','.join(['1'] * 101)}", "max_length"),
        ("sku=a,,b", "invalid"),
        (f"sku={','.join(['a'] * 101)}", "max_length"),
        ("sku=a%00", "null_characters_not_allowed"),
        ("has_discount=maybe", "invalid"),
        ("updated_since=yesterday", "invalid"),
        ("slug=%00", "null_characters_not_allowed"),
    ],
)
def test_what_cannot_be_read_is_refused(api, query, code):
    status, problem, [(fault, pointer)] = refusal_of(api.get(f"{URL}?{query}"))

    assert (status, problem, fault) == (400, "invalid_query", code)
    assert pointer == query.partition("=")[0]


def test_hundred_products_can_be_named(api):
    ids = [product.pk for product in make_products(100)]

    assert listed(api, ids=",".join(map(str, reversed(ids))), page_size=100) == ids[::-1]


def test_skus_are_found_in_any_spelling(api, shelf):
    assert listed(api, sku="т-C, т-A ") == [shelf[0].pk, shelf[2].pk]
    assert listed(api, sku="т-c,unknown") == [shelf[2].pk]


def test_slug_names_one_product(api):
    tea = make_product(slug="tea")
    make_product(slug="tea-2")

    assert listed(api, slug="tea") == [tea.pk]
    assert listed(api, slug="TEA") == listed(api, slug="te") == []


def test_reduced_products_are_those_with_a_crossed_out_price(api):
    reduced, other = make_product(price="5.00", compare_at_price="8.00"), make_product()

    assert listed(api, has_discount="true") == [reduced.pk]
    assert listed(api, has_discount="false") == [other.pk]


def test_changes_are_listed_from_the_moment_on_and_in_their_order(api, shelf):
    start = timezone.now() - timedelta(days=1)
    for minutes, product in enumerate(shelf):
        Product.objects.filter(pk=product.pk).update(updated_at=start - timedelta(minutes=minutes))
    since = moment(start - timedelta(minutes=2))
    changed = [shelf[2].pk, shelf[1].pk, shelf[0].pk]

    assert listed(api, updated_since=since, ordering="updated_at") == changed
    assert listed(api, updated_since=since) == changed[::-1]
    assert walked(api, f"{URL}?updated_since={since}&ordering=updated_at&page_size=1&cursor=") == changed


def test_most_sold_come_first_and_the_newest_of_those_that_sold_alike(api, shelf):
    a, b, c, d, e = (product.pk for product in shelf)
    Product.objects.filter(pk=c).update(popularity=7)
    Product.objects.filter(pk__in=[a, d]).update(popularity=2)

    assert listed(api, ordering="-popularity") == [c, d, a, e, b]
    assert listed(api, ordering="popularity") == [b, e, a, d, c]
    assert listed(api, ordering="-popularity,name") == [c, a, d, b, e]
    assert walked(api, f"{URL}?ordering=-popularity&page_size=2&cursor=") == [c, d, a, e, b]
    assert "popularity" not in api.get(f"{URL}{c}/").json()


def test_product_is_got_by_its_slug_as_by_its_id(api):
    tea = make_product(slug="tea-2024")

    by_id, by_slug = api.get(f"{URL}{tea.pk}/"), api.get(f"{URL}by-slug/tea-2024/")

    assert by_slug.status_code == 200
    assert (by_slug.content, by_slug["ETag"]) == (by_id.content, by_id["ETag"])
    assert refusal_of(api.get(f"{URL}by-slug/tea/")) == (404, "not_found", [])


def test_only_staff_get_by_slug_what_is_off_sale(api, staff_api):
    hidden = make_product(slug="gone", category=make_category(is_active=False))

    assert api.get(f"{URL}by-slug/gone/").status_code == 404
    assert staff_api.get(f"{URL}by-slug/gone/").json()["id"] == hidden.pk


@pytest.mark.django_db(transaction=True)
def test_response_by_slug_is_kept_for_its_slug_alone(api):
    tea, mug = make_product(slug="tea"), make_product(slug="mug")
    addresses = {f"{URL}by-slug/tea/": tea.pk, f"{URL}by-slug/mug/": mug.pk}

    for expected in ("OnlineStore; fwd=miss; stored", *["OnlineStore; hit"] * 3):
        for address, pk in addresses.items():
            answer = api.get(address)
            assert (answer.json()["id"], answer["Cache-Status"]) == (pk, expected)
    Product.objects.filter(pk=tea.pk).update(slug="green")
    assert api.get(f"{URL}by-slug/tea/").status_code == 404
    assert api.get(f"{URL}by-slug/green/").json()["id"] == tea.pk
