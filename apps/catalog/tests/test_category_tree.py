"""The admin's list of categories is the tree; what is searched, filtered or sorted comes flat."""

import pytest
from django.urls import reverse

from apps.catalog.admin.category_tree import tree
from apps.catalog.models import Category
from apps.catalog.tests.factories import make_categories, make_category, make_products

LIST = reverse("admin:catalog_category_changelist")

pytestmark = pytest.mark.django_db


@pytest.fixture
def garden() -> dict[str, Category]:
    """Return a tree by name: `a` above `c` and `d`, `d` above `b`, and `e` beside `a`."""
    a = make_category(name="a")
    d = make_category(name="d", parent=a)
    below = [make_category(name="c", parent=a), make_category(name="b", parent=d)]
    return {category.name: category for category in [a, d, *below, make_category(name="e")]}


def rows(office, **query):
    """Return the rows of the list: name, depth and products."""
    response = office.browser.get(LIST, query)
    assert response.status_code == 200
    listed = response.context["cl"].result_list
    return [(row.name, row.place.depth, row.place.products) for row in listed]


def test_children_stand_below_their_parent_and_count_its_products(office, garden):
    make_products(3, category=garden["b"])
    make_products(1, category=garden["d"])
    make_products(2, category=garden["e"])

    assert rows(office) == [("a", 0, 4), ("c", 1, 0), ("d", 1, 4), ("b", 2, 3), ("e", 0, 2)]


def test_names_are_indented_by_their_depth(office, garden):
    page = office.browser.get(LIST).text

    assert ">a</a>" in page
    assert ">\u2003\u2003└ d</a>" in page
    assert ">\u2003\u2003\u2003\u2003└ b</a>" in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "b"}, ["b"]),
        ({"is_active__exact": "1"}, ["a", "b", "c", "d", "e"]),
        ({"o": "-1"}, ["e", "d", "c", "b", "a"]),
        ({"o": "1"}, ["a", "b", "c", "d", "e"]),
        ({"e": "1"}, ["a", "c", "d", "b", "e"]),  # what Django adds after an address that makes no sense
    ],
    ids=str,
)
def test_search_filter_and_order_work_as_in_every_list(office, garden, query, names):
    assert [name for name, _depth, _products in rows(office, **query)] == names


def test_tree_has_pages(office, garden, monkeypatch):
    monkeypatch.setattr("apps.catalog.admin.categories.CategoryAdmin.list_per_page", 2)

    pages = [rows(office, p=page) for page in ("1", "2", "3")]

    assert [name for page in pages for name, _depth, _products in page] == ["a", "c", "d", "b", "e"]
    assert [len(page) for page in pages] == [2, 2, 1]


def test_number_of_products_leads_to_them(office, garden):
    (mug,) = make_products(1, category=garden["b"])
    address = reverse("admin:catalog_product_changelist") + f"?category__id__exact={garden['a'].pk}"

    assert f'<a href="{address}">1</a>' in office.browser.get(LIST).text
    assert list(office.browser.get(address).context["cl"].result_list) == [mug]


def test_deep_and_wide_tree_takes_two_queries(django_assert_num_queries):
    # Deeper than Python's own stack.
    chain = Category.objects.bulk_create(
        Category(pk=10**6 + depth, parent_id=10**6 + depth - 1 if depth else None, slug=f"{depth}")
        for depth in range(1_201)
    )
    make_categories(1_000, parent=chain[-1])

    with django_assert_num_queries(2):
        places = tree()

    assert (len(places), max(place.depth for place in places.values())) == (2_201, 1_201)


def test_hostile_names_are_shown_as_text(office):
    name = "<script>alert(1)</script> \u202e😀"
    make_category(name=name, parent=make_category(name=name), description="x" * 10_000)

    page = office.browser.get(LIST).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 😀</a>" in page
