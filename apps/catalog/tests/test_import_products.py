"""`import_products`: products from a CSV file, created or updated by sku, all of them or none."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from apps.catalog.models import Category, PriceChange, Product, StockMovement
from apps.catalog.services import create_product
from apps.catalog.tests.factories import make_category, make_product

HEADING = "sku,name,price,category"
WITH_STOCK = f"{HEADING},stock"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    """Let the command speak English."""
    with translation.override("en"):
        yield


@pytest.fixture
def load(tmp_path):
    """Return a function that imports lines or bytes, and returns what the command wrote."""

    def run(*lines, raw=None, skip=False):
        path = tmp_path / "products.csv"
        path.write_bytes(raw if raw is not None else "\n".join(lines).encode())
        out, errors = StringIO(), StringIO()
        options = ["--skip-bad-rows"] if skip else []
        try:
            call_command("import_products", str(path), *options, stdout=out, stderr=errors)
        finally:
            run.errors = errors.getvalue().splitlines()
        return out.getvalue()

    return run


def nothing_is_stored():
    return not (Product.objects.exists() or Category.objects.exists())


# --- Good files


def test_products_and_their_categories_are_created(load):
    written = load(
        "sku,name,price,category,stock,description",
        "T-1,Чай чёрный,390.00,Чай,140,Крупный лист",
        'T-2,"Чай ""Утро"", 100 г",1.5,Чай,,',
        "M-1,Mug,7,Посуда,3,White",
    )

    assert written == "3 products created, 0 updated.\n"
    rows = Product.objects.order_by("sku").values_list(
        "sku", "name", "slug", "price", "category__name", "stock", "description", "is_active"
    )
    assert list(rows) == [
        ("M-1", "Mug", "mug", Decimal("7.00"), "Посуда", 3, "White", True),
        ("T-1", "Чай чёрный", "chai-chernyi", Decimal("390.00"), "Чай", 140, "Крупный лист", True),
        ("T-2", 'Чай "Утро", 100 г', "chai-utro-100-g", Decimal("1.50"), "Чай", 0, "", True),
    ]
    assert list(Category.objects.order_by("name").values_list("name", "slug", "parent")) == [
        ("Посуда", "posuda", None),
        ("Чай", "chai", None),
    ]


def test_imported_products_are_found(load, api):
    load(HEADING, "T-1,Чай чёрный,390.00,Чай")

    assert api.get("/api/v1/products/", {"search": "ЧЕРНЫЙ"}).json()["count"] == 1


def test_columns_may_stand_in_any_order_beside_others(load):
    load("price,colour,category,name,sku", "1.00,red,Tea,Leaves,T-1")

    assert Product.objects.get().name == "Leaves"


def test_known_products_are_updated_by_sku(load):
    tea, coffee = make_category(name="Tea"), make_category(name="Coffee")
    known = make_product(
        sku="T-1", name="Old", slug="old", price="1.00", stock=5, description="Kept.", category=tea
    )
    created_at = known.created_at

    written = load(HEADING, "T-1,New,2.00,Coffee", "T-2,Other,3.00,Tea")

    assert written == "1 products created, 1 updated.\n"
    known.refresh_from_db()
    assert (known.name, known.slug, known.price, known.category) == ("New", "old", Decimal("2.00"), coffee)
    assert (known.stock, known.description, known.created_at) == (5, "Kept.", created_at)
    assert known.updated_at > created_at
    assert known.search_text == "new\nt-1\nkept."
    assert Category.objects.count() == 2


def test_given_description_replaces_the_former(load):
    make_product(sku="T-1", description="Old.", category=make_category(name="Tea"))

    load(f"{HEADING},description", "T-1,New,2.00,Tea,New.")

    assert Product.objects.get().description == "New."


def test_inactive_product_stays_inactive(load):
    make_product(sku="T-1", is_active=False, category=make_category(name="Tea"))

    load(HEADING, "T-1,New,2.00,Tea")

    assert Product.objects.get().is_active is False


def test_same_file_can_be_imported_again(load):
    file = [WITH_STOCK, "T-1,Чай,1.00,Tea,5", "T-2,Чай,2.00,Tea,6"]
    load(*file)
    slugs = set(Product.objects.values_list("slug", flat=True))

    written = load(*file)

    assert written == "0 products created, 2 updated.\n"
    assert slugs == set(Product.objects.values_list("slug", flat=True)) == {"chai", "chai-2"}
    assert not StockMovement.objects.exclude(kind="received").exists()


def test_oldest_of_the_categories_that_share_a_name_is_taken(load):
    oldest = make_category(name="Tea")
    make_category(name="Tea")

    load(HEADING, "T-1,Leaves,1.00,Tea")

    assert Product.objects.get().category == oldest


def test_file_that_begins_with_a_byte_order_mark_is_read(load):
    load(raw=f"\ufeff{HEADING}\r\nT-1,Чай,1.00,Tea\r\n".encode())

    assert Product.objects.get().sku == "T-1"


def test_file_without_rows_imports_nothing(load):
    assert load(HEADING) == "0 products created, 0 updated.\n"
    assert nothing_is_stored()


def test_blank_lines_and_spaces_around_cells_do_not_matter(load):
    load(HEADING, "", " T-1 ,  Leaves , 1.00 , Tea ", "", "")

    assert list(Product.objects.values_list("sku", "name", "category__name")) == [("T-1", "Leaves", "Tea")]


# --- Stock


@pytest.mark.parametrize(
    ("before", "counted", "delta"), [(5, 8, 3), (5, 0, -5), (0, 2_147_483_647, 2_147_483_647)]
)
def test_stock_of_a_known_product_is_moved_and_the_move_recorded(load, before, counted, delta):
    known = make_product(sku="T-1", stock=before, category=make_category(name="Tea"))

    load(WITH_STOCK, f"T-1,Leaves,1.00,Tea,{counted}")

    known.refresh_from_db()
    assert known.stock == counted
    latest = known.stock_movements.values_list("kind", "delta", "stock", "reason", "created_by").first()
    assert latest == ("adjusted", delta, counted, "import", None)


def test_stock_of_a_new_product_is_received(load):
    load(WITH_STOCK, "T-1,Leaves,1.00,Tea,9")

    assert Product.objects.get().stock == 9
    assert list(StockMovement.objects.values_list("kind", "delta", "stock", "reason")) == [
        ("received", 9, 9, "import")
    ]


def test_product_that_somebody_creates_meanwhile_is_counted_once(load):
    tea = make_category(name="Tea")
    others = [{"name": "Leaves", "sku": "T-1", "price": "1.00", "category": tea, "stock": 9}]

    def create_before_the_row_is_written(execute, sql, params, many, context):
        if sql.startswith("INSERT") and '"catalog_product"' in sql and others:
            create_product(**others.pop())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(create_before_the_row_is_written):
        load(WITH_STOCK, "T-1,Leaves,1.00,Tea,9")

    product = Product.objects.get()
    assert (product.stock, sum(product.stock_movements.values_list("delta", flat=True))) == (9, 9)


def test_changed_price_is_noted(load):
    known = make_product(sku="T-1", price="2.00", category=make_category(name="Tea"))

    load("sku,name,price,category", "T-1,Leaves,1.00,Tea", "T-2,Mug,3.00,Tea")
    load("sku,name,price,category", "T-1,Leaves,1.00,Tea")

    assert list(PriceChange.objects.values_list("product", "old_price", "new_price")) == [
        (known.pk, Decimal("2.00"), Decimal("1.00"))
    ]


def test_empty_cell_leaves_the_stock_as_it_is(load):
    known = make_product(sku="T-1", stock=5, category=make_category(name="Tea"))

    load(WITH_STOCK, "T-1,Leaves,1.00,Tea,")

    known.refresh_from_db()
    assert known.stock == 5
    assert not StockMovement.objects.exclude(kind="received").exists()


@pytest.mark.postgres
def test_known_products_are_locked_in_one_order_before_they_are_counted(load):
    make_product(sku="T-1", stock=5, category=make_category(name="Tea"))

    with CaptureQueriesContext(connection) as queries:
        load(WITH_STOCK, "T-1,Leaves,1.00,Tea,9")

    statements = [query["sql"] for query in queries]
    lock = next(number for number, sql in enumerate(statements) if "FOR NO KEY UPDATE" in sql)
    assert 'ORDER BY "catalog_product"."id" ASC' in statements[lock]
    assert all(number > lock for number, sql in enumerate(statements) if sql.startswith(("UPDATE", "INSERT")))


# --- Bad rows


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",Leaves,1.00,Tea,5", "sku: This field cannot be blank."),
        ("T-1,,1.00,Tea,5", "name: This field cannot be blank."),
        ("T-1,Leaves,,Tea,5", "price: “” is not a number"),
        ("T-1,Leaves,1.00,,5", "category: This field cannot be blank."),
        ("T-1,Leaves,dear,Tea,5", "price: “dear” is not a number"),
        ("T-1,Leaves,1.999,Tea,5", "price: Ensure that there are no more than 2 decimal places."),
        ("T-1,Leaves,-1.00,Tea,5", "price: Ensure this value is greater than or equal to 0."),
        (
            "T-1,Leaves,100000000.00,Tea,5",
            "price: Ensure that there are no more than 10 digits in total.",
        ),
        ("T-1,Leaves,NaN,Tea,5", "price: “NaN” is not a number"),
        ("T-1,Leaves,Infinity,Tea,5", "price: “Infinity” is not a number"),
        ("T-1,Leaves,1e2,Tea,5", "price: “1e2” is not a number"),
        ("T-1,Leaves,1_0,Tea,5", "price: “1_0” is not a number"),
        ("T-1,Leaves,٣,Tea,5", "price: “٣” is not a number"),
        ("T-1,Leaves,1.00,Tea,-5", "stock: “-5” is not a number of pieces"),
        ("T-1,Leaves,1.00,Tea,1.5", "stock: “1.5” is not a number of pieces"),
        ("T-1,Leaves,1.00,Tea,many", "stock: “many” is not a number of pieces"),
        ("T-1,Leaves,1.00,Tea,٣", "stock: “٣” is not a number of pieces"),
        ("T-1,Leaves,1.00,Tea,2147483648", "stock: “2147483648” is not a number of pieces"),
        ("T-1,Le\0aves,1.00,Tea,5", "a NUL character"),
        ("T-1,Leaves,1.00,Tea", "the number of cells differs from the heading's"),
        ("T-1,Leaves,1,00,Tea,5", "the number of cells differs from the heading's"),
        ("GOOD,Leaves,1.00,Tea,5", "sku: already in row 2"),
    ],
)
def test_bad_row_is_reported_and_nothing_is_stored(load, row, reason):
    with pytest.raises(CommandError) as refused:
        load(WITH_STOCK, "GOOD,Mug,7.00,Dishes,1", row)

    assert load.errors == [f"row 3: {reason}"]
    assert str(refused.value).startswith("Nothing was imported: 1 bad rows.")
    assert nothing_is_stored()


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (f"{'x' * 65},Leaves,1.00,Tea,5", "sku"),
        (f"T-1,{'x' * 256},1.00,Tea,5", "name"),
        (f"T-1,Leaves,1.00,{'x' * 201},5", "category"),
        (f"T-1,Leaves,{'9' * 400},Tea,5", "price"),
        (f"T-1,Leaves,1.00,Tea,{'9' * 5000}", "stock"),
    ],
    ids=["sku", "name", "category", "price", "stock"],
)
def test_cell_that_is_too_long_is_reported_by_its_column(load, row, column):
    with pytest.raises(CommandError):
        load(WITH_STOCK, row)

    assert len(load.errors) == 1
    assert load.errors[0].startswith(f"row 2: {column}: ")
    assert nothing_is_stored()


def test_every_bad_row_is_reported_by_its_number(load):
    with pytest.raises(CommandError, match="Nothing was imported: 2 bad rows"):
        load(HEADING, "T-1,Leaves,dear,Tea", "T-2,Bags,1.00,Tea", "T-3,Cubes,cheap,Tea")

    assert load.errors == ["row 2: price: “dear” is not a number", "row 4: price: “cheap” is not a number"]
    assert nothing_is_stored()


@pytest.mark.parametrize(
    "before", [["", ""], ['T-1,"two', 'lines",1.00,Tea', ""]], ids=["blank rows", "a row of two lines"]
)
def test_rows_are_numbered_as_a_spreadsheet_does(load, before):
    with pytest.raises(CommandError):
        load(HEADING, *before, "T-2,Leaves,dear,Tea")

    assert load.errors == ["row 4: price: “dear” is not a number"]


def test_report_of_very_many_bad_rows_is_cut(load):
    with pytest.raises(CommandError, match="Nothing was imported: 60 bad rows"):
        load(HEADING, *[f"T-{number},Leaves,dear,Tea" for number in range(60)])

    assert len(load.errors) == 51
    assert load.errors[49:] == ["row 51: price: “dear” is not a number", "… and 10 more bad rows"]


def test_bad_rows_can_be_skipped(load):
    written = load(HEADING, "T-1,Leaves,dear,Tea", "T-2,Bags,1.00,Tea", "T-2,Bags again,1.00,Tea", skip=True)

    assert written == "1 products created, 0 updated.\n"
    assert load.errors == ["row 2: price: “dear” is not a number", "row 4: sku: already in row 3"]
    assert Product.objects.get().name == "Bags"


def test_sku_of_a_bad_row_is_free_for_a_good_one(load):
    written = load(HEADING, "T-1,Leaves,dear,Tea", "T-1,Leaves,1.00,Tea", skip=True)

    assert written == "1 products created, 0 updated.\n"
    assert load.errors == ["row 2: price: “dear” is not a number"]


def test_known_products_stay_as_they_are_when_a_row_is_bad(load):
    known = make_product(sku="T-1", name="Old", stock=5, category=make_category(name="Tea"))

    with pytest.raises(CommandError):
        load(WITH_STOCK, "T-1,New,2.00,Tea,9", "T-2,Bags,dear,Tea,1")

    known.refresh_from_db()
    assert (known.name, known.stock) == ("Old", 5)
    assert Product.objects.count() == 1


# --- Files that are none


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "The file lacks the columns: sku, name, price, category."),
        (b"\n\n", "The file lacks the columns: sku, name, price, category."),
        (b"sku,name,price\nT-1,Leaves,1.00\n", "The file lacks the columns: category."),
        (b"SKU,Name,Price,Category\n", "The file lacks the columns: sku, name, price, category."),
        (b"sku;name;price;category\n", "The file lacks the columns: sku, name, price, category."),
    ],
)
def test_file_without_the_columns_is_refused(load, raw, reason):
    with pytest.raises(CommandError) as refused:
        load(raw=raw)

    assert str(refused.value) == reason
    assert nothing_is_stored()


@pytest.mark.parametrize(
    "raw",
    [
        f"{HEADING}\nT-1,Чай,1.00,Tea\n".encode("cp1251"),
        f"{HEADING}\nT-1,Чай,1.00,Tea\n".encode("utf-16"),
        f"{HEADING}\nT-1,Leaves,1.00,Tea\nT-2,{'x' * 200_000},1.00,Tea\n".encode(),
    ],
    ids=["cp1251", "utf-16", "a cell beyond all measure"],
)
def test_file_that_is_no_csv_in_utf_8_is_refused(load, raw):
    with pytest.raises(CommandError, match=r"The file cannot be read as CSV in UTF-8"):
        load(raw=raw)

    assert nothing_is_stored()


def test_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_products", str(tmp_path / "none.csv"))


# --- Cost and progress


@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
def test_number_of_queries_does_not_grow_with_the_rows(load, known):
    make_category(name="Tea")

    def queries_of(rows):
        file = [WITH_STOCK, *[f"{rows}-{row},Leaves {row},1.00,Tea,7" for row in range(rows)]]
        if known:
            load(*file)
            file = [line.replace(",7", ",8") for line in file]
        with CaptureQueriesContext(connection) as queries:
            load(*file)
        return len(queries)

    assert queries_of(2) == queries_of(400)
    assert Product.objects.filter(stock=8 if known else 7).count() == 402


def test_file_of_a_thousand_rows_is_imported_whole(load):
    written = load(HEADING, *[f"T-{row},Leaves,1.00,Tea" for row in range(1001)])

    assert written == "1001 products created, 0 updated.\n"
    assert Product.objects.count() == 1001
    assert Product.objects.filter(slug="leaves-1001").exists()


class Terminal(StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("out", "shown"), [(Terminal, "\r2 of 2 products\n"), (StringIO, "")])
def test_progress_is_shown_on_a_terminal_only(tmp_path, out, shown):
    path = tmp_path / "products.csv"
    path.write_text(f"{HEADING}\nT-1,Leaves,1.00,Tea\nT-2,Bags,1.00,Tea\n")
    screen = out()

    call_command("import_products", str(path), stdout=screen)

    assert screen.getvalue() == f"{shown}2 products created, 0 updated.\n"
