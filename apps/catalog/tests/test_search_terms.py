"""What products are also found by: barcode, brand, tags, options, names in further languages."""

import pytest

from apps.catalog.models import (
    Attribute,
    AttributeValue,
    GroupOption,
    Product,
    ProductAttribute,
    ProductGroup,
    ProductOption,
    ProductTranslation,
)
from apps.catalog.search_terms import refresh_search_terms, repair_search_terms
from apps.catalog.tests.factories import make_product, make_products
from apps.jobs.maintenance import run_maintenance

URL = "/api/v1/products/"
BARCODE, ANOTHER = "4006381333931", "4600051000057"

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


@pytest.fixture
def bosch():
    brand = Attribute.objects.get(code="brand")
    return AttributeValue.objects.create(attribute=brand, value="bosch", name_ru="Бош", name_en="Bosch")


def found(api, search):
    return [product["sku"] for product in api.get(URL, {"search": search}).json()["results"]]


def give_brand(product, value):
    ProductAttribute.objects.create(product=product, attribute=value.attribute, value=value)


def give_everything(product, brand):
    """Give the product all that it can be found by."""
    give_brand(product, brand)
    tag = Attribute.objects.get(code="tag")
    gift = AttributeValue.objects.create(attribute=tag, value=f"gift-{product.pk}", name_ru="В подарок")
    give_brand(product, gift)
    group = ProductGroup.objects.create(name="Drills", slug=f"drills-{product.pk}")
    option = GroupOption.objects.create(group=group, code="power", name_ru="Мощность")
    ProductOption.objects.create(product=product, option=option, value_ru="18 вольт", value_en="18 volts")
    ProductTranslation.objects.create(product=product, language="en", name="Hammer drill")
    Product.objects.filter(pk=product.pk).update(barcode=BARCODE)


def test_product_is_found_by_what_stands_in_other_tables(api, bosch):
    drill, _other = make_product(name="Перфоратор", sku="DRILL"), make_product(sku="OTHER")
    give_everything(drill, bosch)

    assert refresh_search_terms([drill.pk]) == 1

    drill.refresh_from_db()
    assert drill.search_terms.splitlines() == [
        BARCODE,
        "Бош",
        "Bosch",
        "В подарок",
        "18 вольт",
        "18 volts",
        "Hammer drill",
    ]
    for search in (BARCODE, "бош", "BOSCH перфоратор", "подарок", "18 volts", "drill hammer"):
        assert found(api, search) == ["DRILL"], search


def test_values_of_other_attributes_are_no_terms():
    product = make_product()
    colour = Attribute.objects.create(code="colour", name_ru="Цвет")
    red = AttributeValue.objects.create(attribute=colour, value="red", name_ru="Красный")
    give_brand(product, red)

    assert refresh_search_terms([product.pk]) == 0


def test_only_products_out_of_date_are_written_and_their_change_is_no_news(bosch):
    first, second = make_products(2)
    give_brand(first, bosch)

    assert refresh_search_terms([first.pk, second.pk]) == 1
    assert refresh_search_terms([first.pk, second.pk]) == 0
    assert Product.objects.get(pk=first.pk).updated_at == first.updated_at


@pytest.mark.parametrize("number", [1, 30])
def test_terms_of_many_products_take_the_same_statements(bosch, number, django_assert_num_queries):
    products = make_products(number)
    for product in products:
        give_brand(product, bosch)

    # A savepoint and its release; the products; what they are found by; the terms.
    with django_assert_num_queries(2 + 1 + 3 + 1):
        assert refresh_search_terms([product.pk for product in products]) == number


def test_barcode_is_searched_from_the_moment_it_is_written(api, staff_api):
    product = make_product()

    staff_api.patch(f"{URL}{product.pk}/", {"barcode": BARCODE})
    product.refresh_from_db()
    assert product.search_terms == BARCODE

    staff_api.patch(f"{URL}{product.pk}/", {"barcode": ANOTHER})
    assert (found(api, BARCODE), found(api, ANOTHER)) == ([], [product.sku])


def test_new_product_is_found_by_its_barcode(api, staff_api):
    category = make_product().category_id
    body = {"name": "Tea", "sku": "T", "price": "1.00", "category": category, "barcode": BARCODE}

    assert staff_api.post(URL, body).status_code == 201

    assert found(api, BARCODE) == ["T"]


def test_import_leaves_the_terms_as_they_are(api, load, bosch):
    product = make_product(sku="DRILL", name="Drill")
    give_brand(product, bosch)
    refresh_search_terms([product.pk])

    load("sku,name,price,category,stock", f"DRILL,Hammer,5.00,{product.category.name},3")

    assert found(api, "bosch hammer") == ["DRILL"]


def test_maintenance_repairs_what_was_written_past_the_services(
    api, bosch, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("apps.catalog.search_terms.READ_AT_ONCE", 2)
    products = make_products(5)
    for product in products[1:]:
        give_brand(product, bosch)
    assert repair_search_terms() == 4
    AttributeValue.objects.filter(pk=bosch.pk).update(name_en="Robert")

    with django_capture_on_commit_callbacks(execute=True):
        run_maintenance()

    assert sorted(found(api, "robert")) == sorted(product.sku for product in products[1:])
    assert repair_search_terms() == 0
