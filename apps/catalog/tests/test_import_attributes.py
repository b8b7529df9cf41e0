"""Columns of attributes in files: imported, exported, and refused row by row."""

from io import BytesIO

import pytest
from django.core.management import CommandError

from apps.audit.models import AuditEntry
from apps.catalog.models import Attribute, AttributeValue, Product, ProductAttribute
from apps.catalog.product_import import import_products
from apps.catalog.product_import.headings import Heading, UnusableFile
from apps.catalog.product_import.writing import Counts
from apps.catalog.tests.factories import give, make_attribute, make_category, make_product
from apps.catalog.tests.import_pages import checked
from apps.import_export.formats import FileFormat
from apps.import_export.tests.export_pages import exported
from apps.store.tests.factories import shipped_tax_classes

HEADING = "sku,name,price,category,attr.color,attr.weight,attr.vegan,attr.origin"

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def kinds(db):
    """Make an attribute of each type."""
    make_attribute("color", red="Красный", blue="Синий")
    make_attribute("weight", type="number", unit="g")
    make_attribute("vegan", type="bool")
    make_attribute("origin", type="text")


def held():
    """Return what each product has, by sku."""
    found = {sku: {} for sku in Product.objects.order_by("sku").values_list("sku", flat=True)}
    for row in ProductAttribute.objects.shown():
        values = found[row.product.sku].setdefault(row.attribute.code, [])
        values.append(
            row.value.value if row.value else row.text or str(row.bool if row.number is None else row.number)
        )
    return found


def test_values_are_given_by_code_or_name_and_new_ones_are_made(load):
    told = load(
        HEADING,
        "A,A,5,Tea,red|СИНИЙ|Лесной зелёный,2.5,да,Nepal | India",
        "B,B,5,Tea,лесной зелёный,0,FALSE,",
        "C,C,5,Tea,,,,",
    )

    assert told == "3 products created, 0 updated.\n"
    assert held() == {
        "A": {
            "color": ["red", "blue", "lesnoi-zelenyi"],
            "weight": ["2.5000"],
            "vegan": ["True"],
            "origin": ["Nepal | India"],
        },
        "B": {"color": ["lesnoi-zelenyi"], "weight": ["0.0000"], "vegan": ["False"]},
        "C": {},
    }
    made = AttributeValue.objects.get(value="lesnoi-zelenyi")
    assert (made.attribute.code, made.name_ru, made.name_en, made.position) == (
        "color",
        "Лесной зелёный",
        "",
        2,
    )
    assert AuditEntry.objects.about(made).get().changes["name_ru"] == [None, "Лесной зелёный"]
    (product,) = Product.objects.filter(sku="B")
    changes = [entry.changes for entry in AuditEntry.objects.about(product).order_by("pk")]
    assert changes[1] == {"attributes": [[], ["color: lesnoi-zelenyi", "vegan: false", "weight: 0"]]}


def test_empty_cells_change_nothing_and_a_dash_takes_the_attribute_away(load):
    tea = make_category(name="Tea")
    for sku in ("A", "B"):
        give(make_product(sku=sku, name=sku, price=5, category=tea), color=["red", "blue"], weight=7)
    before = Product.objects.get(sku="B").updated_at

    load(HEADING, "A,A,5,Tea,,,,", "B,B,5,Tea,-,,true,")

    assert AuditEntry.objects.filter(target_kind="catalog.product").count() == 1
    assert held() == {
        "A": {"color": ["red", "blue"], "weight": ["7.0000"]},
        "B": {"weight": ["7.0000"], "vegan": ["True"]},
    }
    assert Product.objects.get(sku="B").updated_at > before


def test_same_values_in_another_order_change_nothing(load):
    give(make_product(sku="A", name="A", price=5, category=make_category(name="Tea")), color=["red", "blue"])

    load(HEADING, "A,A,5,Tea,Синий| red |,,,")

    assert not AuditEntry.objects.exists()


def test_brand_is_found_by_search(load, api):
    load("sku,name,price,category,attr.brand", "A,Honey,5,Tea,Пасека деда")

    found = api.get("/api/v1/products/?search=пасека").json()["results"]

    assert [product["sku"] for product in found] == ["A"]


def test_decimal_comma_of_the_file_is_read(load):
    load(
        "Артикул;Наименование;Цена;Категория;attr.weight",
        "A;Кружка;1 250,50;Чай;1 250,125",
        "B;Кружка;3,50;Чай;0,5",
    )

    assert held() == {"A": {"weight": ["1250.1250"]}, "B": {"weight": ["0.5000"]}}


@pytest.mark.parametrize(
    ("heading", "cell", "reason"),
    [
        ("attr.colour", "red", "attr.colour: There is no attribute with this code."),
        ("attr.weight", "heavy", "attr.weight: “heavy” is not a number"),
        ("attr.weight", "1.00001", "attr.weight: Ensure that there are no more than 4 decimal places."),
        ("attr.vegan", "perhaps", "attr.vegan: Must be true or false."),
        ("attr.origin", "x" * 501, "attr.origin: the text is longer than 500 characters"),
        ("attr.color", "x" * 201, "attr.color: too many values, or too long ones"),
    ],
)
def test_bad_rows_are_told_and_nothing_is_written(load, browser, heading, cell, reason):
    lines = (f"sku,name,price,category,{heading}", "A,A,5,Tea,", f"B,B,5,Tea,{cell}")

    with pytest.raises(CommandError, match=r"^Nothing was imported: 1 bad row\."):
        load(*lines)
    upload = checked(browser, *lines)

    assert load.errors[-1:] == [f"row 3: {reason}"]
    assert upload.report["bad_rows"] == [[3, reason]]
    assert upload.report["created"] == 1
    assert not Product.objects.exists()
    assert AttributeValue.objects.count() == 2


def test_preview_tells_the_new_values_and_what_changes(browser):
    product = make_product(sku="A", name="A", price=5, category=make_category(name="Tea"))
    give(product, color="red")

    upload = checked(browser, HEADING, "A,A,5,Tea,blue|Green,,,", "B,B,5,Tea,green,,,")

    assert upload.report["values"] == ["Color: Green"]
    assert upload.report["changes"][0]["fields"] == {"attr.color": ["red", "blue|green"]}
    assert upload.report["new"][0]["fields"]["attr.color"] == [None, "green"]
    assert (
        "Values of attributes that are new: Color: Green"
        in browser.get(f"/admin/catalog/product/import/{upload.pk}/").text
    )
    assert AttributeValue.objects.count() == 2


def test_a_column_that_is_there_twice_makes_the_file_unusable():
    with pytest.raises(UnusableFile, match=r"attr\.Color"):
        Heading.of(["sku", "name", "price", "category", "attr.color", "attr.Color"])


@pytest.mark.parametrize("file_format", [FileFormat.PROGRAMS, FileFormat.SPREADSHEET, FileFormat.WORKBOOK])
def test_exported_products_change_nothing_when_imported(client, staff, file_format):
    shipped_tax_classes()
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    give(make_product(), color=["red", "blue"], weight="-1250.125", vegan=False, origin="=1+1; a|b")
    give(make_product(), weight="1250.125", vegan=True)
    make_product()
    before, values = held(), AttributeValue.objects.count()

    content = exported(client, "catalog_product", "products", file_format=file_format)

    report = import_products(BytesIO(content))
    assert (report.bad_rows, report.counts) == ([], Counts(unchanged=3))
    assert (held(), AttributeValue.objects.count()) == (before, values)
    assert not Attribute.objects.filter(code="values").exists()


def test_number_of_statements_does_not_grow_with_the_rows(load, django_assert_max_num_queries):
    def rows(first: int, number: int) -> list[str]:
        return [f"{n},{n},5,Tea,new {n % 7},{n},true,text {n}" for n in range(first, first + number)]

    with django_assert_max_num_queries(75):
        load(HEADING, *rows(0, 3))
    with django_assert_max_num_queries(75):
        load(HEADING, *rows(100, 200))
