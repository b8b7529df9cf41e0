"""`import_products`: products from a CSV file, created or updated by sku."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import Category, PriceChange, Product, StockMovement
from apps.catalog.services import create_product
from apps.catalog.tests.factories import make_category, make_product

HEADING = "sku,name,price,category"
WITH_STOCK = f"{HEADING},stock"

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


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

    assert written == "1 product created, 1 updated.\n"
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


def test_database_that_takes_nothing_is_told_in_a_line(load):
    def give_up(execute, sql, *arguments):
        if sql.startswith("INSERT") and '"catalog_product"' in sql:
            raise OperationalError("canceling statement due to lock timeout")
        return execute(sql, *arguments)

    with connection.execute_wrapper(give_up), pytest.raises(CommandError) as refusal:
        load(HEADING, "T-1,Leaves,1.00,Tea")

    assert str(refusal.value) == "Nothing was imported, try again: canceling statement due to lock timeout"
    assert nothing_is_stored()


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
