"""Products as a CSV file: the columns of the import, the rows of the admin's list."""

import random
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.exports import product_rows
from apps.catalog.models import Category, PriceChange, Product, StockMovement
from apps.catalog.product_import import import_products
from apps.catalog.product_import.writing import Counts
from apps.catalog.tests.factories import make_category, make_product, make_products
from apps.core.normalization import is_blank
from apps.import_export.formats import FileFormat
from apps.import_export.tests.export_pages import cells_of, exported

LIST, KIND = "catalog_product", "products"
HEADING = (
    b"sku,name,price,category,stock,description,tax_class,weight_g,compare_at_price,group,"
    b"barcode,external_id,unit,meta_title,meta_description,length_mm,width_mm,height_mm,"
    b"min_quantity,quantity_step,attr.brand,attr.tag\r\n"
)
HOSTILE = [
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "'=1",
    "-",
    "שלום \u202etxt.exe",
    "🫖🇷🇺",
    'He said "no", twice',
    "one\ntwo\r\nthree\rfour",
    "x" * 10_000,
    "Ж" * 10_000,
    "a,b;c\td",
]

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


@pytest.fixture
def browser(client, staff):
    client.force_login(staff)
    return client


def state():
    products = Product.objects.order_by("pk").values_list(
        "pk", "sku", "name", "slug", "price", "category", "stock", "description", "is_active"
    )
    ledgers = StockMovement.objects.count(), PriceChange.objects.count(), Category.objects.count()
    return list(products), ledgers


def test_file_has_the_columns_of_the_import_and_the_rows_by_id(browser):
    tea = make_category(name="Чай")
    make_product(sku="T-2", name="Зелёный", price="390", stock=140, description="Лист, 100 г", category=tea)
    make_product(sku="T-1", name="Off", price="1.5", stock=0, is_active=False, category=tea)

    assert exported(browser, LIST, KIND) == HEADING + (
        'T-2,Зелёный,390.00,Чай,140,"Лист, 100 г",,,,,,,,,,,,,1,1,,\r\n'
        "T-1,Off,1.50,Чай,0,,,,,,,,,,,,,,1,1,,\r\n".encode()
    )


def test_empty_list_is_a_file_with_the_heading_alone(browser):
    assert exported(browser, LIST, KIND) == HEADING


@pytest.mark.parametrize(
    ("query", "skus"),
    [
        ("is_active__exact=0", ["B"]),
        ("q=ЗЕЛЕНЫЙ", ["A"]),
        ("q=чай&is_active__exact=1&o=-2&p=1", ["A", "C"]),
        ("q=nothing", []),
    ],
)
def test_filter_and_search_of_the_list_choose_the_rows(browser, query, skus):
    make_product(sku="A", name="Чай зелёный")
    make_product(sku="B", name="Чай чёрный", is_active=False)
    make_product(sku="C", name="Чай белый")

    assert [sku for sku, *_cells in cells_of(exported(browser, LIST, KIND, query))] == skus


@pytest.mark.parametrize(("across", "skus"), [("0", ["A"]), ("1", ["A", "C"])])
def test_chosen_rows_are_one_more_filter(browser, across, skus):
    chosen = make_product(sku="A")
    make_product(sku="B", is_active=False)
    make_product(sku="C")
    body = {"action": "export_chosen", "_selected_action": [chosen.pk], "select_across": across}

    page = browser.post("/admin/catalog/product/?is_active__exact=1", body)

    query = page["Location"].partition("?")[2]
    assert [sku for sku, *_cells in cells_of(exported(browser, LIST, KIND, query))] == skus


def test_number_of_queries_does_not_grow_with_the_rows():
    def queries_of(number):
        ids = [product.pk for product in make_products(number)]
        with CaptureQueriesContext(connection) as queries:
            assert len(list(product_rows(ids))) == number
        return len(queries)

    assert queries_of(1) == queries_of(40)


# --- The export imports again


@pytest.mark.parametrize("file_format", FileFormat)
def test_export_imports_again_and_changes_nothing(browser, file_format):
    tea = make_category(name="Tea", slug="tea", is_active=False)
    twin = make_category(name="Tea", slug="tea-2", parent=tea)
    make_category(name="tea-2", slug="other")
    lone = make_category(name=" spaces ", slug="spaces")
    formula = make_category(name="-50 %", slug="sale")
    for number, text in enumerate(HOSTILE):
        category = [tea, twin, lone, formula][number % 4]
        make_product(sku=f"={number}", name=text[:255], description=text, category=category, is_active=False)
    before = state()

    report = import_products(BytesIO(exported(browser, LIST, KIND, file_format=file_format)))

    assert (report.bad_rows, report.counts) == ([], Counts(unchanged=len(HOSTILE)))
    assert state() == before


@pytest.mark.parametrize("file_format", FileFormat)
def test_any_text_survives_the_way_out_and_in(browser, file_format):
    chance = random.Random(11)
    signs = "=+-@'\"\t\r\n,;<& ＝аЯ\u202e🫖0_x\x0b"
    drawn = {"".join(chance.choices(signs, k=chance.randint(1, 8))).strip() for _text in range(300)}
    texts = {text for text in drawn if not is_blank(text)}
    tea = make_category()
    products = [
        make_product(sku=f"{n}", name=text, description=text, category=tea) for n, text in enumerate(texts)
    ]
    content = exported(browser, LIST, KIND, file_format=file_format)
    Product.objects.update(name="lost", description="lost")

    import_products(BytesIO(content))

    back = dict(Product.objects.values_list("pk", "name"))
    assert [product.name for product in products if back[product.pk] != product.name] == []
    assert set(Product.objects.values_list("description", flat=True)) == texts
