"""A hundred questions as people ask them, of a shop of 150 products: the wanted one is among the first three.

What is asked for, in which way, and for which of the shop's products: data/search_questions.csv.
"""

import csv
from pathlib import Path

import pytest

from apps.catalog.models import Attribute, AttributeValue, Product, ProductAttribute, ProductTranslation
from apps.catalog.search_terms import repair_search_terms
from apps.catalog.tests.factories import make_category
from apps.catalog.word_table import refresh_search_words

DATA = Path(__file__).parent / "data"
QUESTIONS, WANTED_FIRST, AMONG = 100, 95, 3

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def rows_of(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.fixture
def shop():
    """Make the shop, as it is after a night."""
    category = make_category(name="Everything")
    rows = rows_of("search_catalogue.csv")
    products = Product.objects.bulk_create(
        Product(
            name=row["name"],
            slug=row["sku"].lower(),
            sku=row["sku"],
            description=row["description"],
            stock=int(row["stock"]),
            popularity=int(row["popularity"]),
            price=1,
            category=category,
        )
        for row in rows
    )
    names = zip(products, rows, strict=True)
    ProductTranslation.objects.bulk_create(
        ProductTranslation(product=product, language="en", name=row["name_en"]) for product, row in names
    )
    give_brands(dict(zip(products, (row["brand"] for row in rows), strict=True)))
    repair_search_terms()
    refresh_search_words()
    return products


def give_brands(brands):
    attribute = Attribute.objects.get(code="brand")
    values = {
        name: AttributeValue.objects.create(
            attribute=attribute, value=name.lower().replace(" ", "-"), name_ru=name
        )
        for name in sorted({name.replace("'", "") for name in brands.values() if name})
    }
    ProductAttribute.objects.bulk_create(
        ProductAttribute(product=product, attribute=attribute, value=values[name.replace("'", "")])
        for product, name in brands.items()
        if name
    )


def first_skus(api, question):
    answer = api.get("/api/v1/products/", {"search": question, "page_size": AMONG})
    return [row["sku"] for row in answer.json()["results"]]


def test_wanted_product_is_among_the_first_three(api, shop):
    questions = rows_of("search_questions.csv")
    assert len(questions) == QUESTIONS

    missed = {
        row["question"]: found
        for row in questions
        if set(row["skus"].split()).isdisjoint(found := first_skus(api, row["question"]))
    }

    assert QUESTIONS - len(missed) >= WANTED_FIRST, missed
