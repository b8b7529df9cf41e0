"""`import_products`: rows and files that cannot be imported, and that nothing is stored then."""

import pytest
from django.core.management import CommandError, call_command

from apps.catalog.models import Category, Product
from apps.catalog.tests.factories import make_category, make_product

HEADING = "sku,name,price,category"
WITH_STOCK = f"{HEADING},stock"

pytestmark = pytest.mark.django_db


def nothing_is_stored():
    return not (Product.objects.exists() or Category.objects.exists())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",Leaves,1.00,Tea,5", "SKU: empty"),
        ("T-1,,1.00,Tea,5", "name: empty"),
        ("T-1,Leaves,,Tea,5", "price: empty"),
        ("T-1,Leaves,1.00,,5", "category: empty"),
        ("T-1,Leaves,dear,Tea,5", "price: “dear” is not a number"),
        (f"T-1,Leaves,{'x' * 101},Tea,5", f"price: “{'x' * 99}…” is not a number"),
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
        ("GOOD,Leaves,1.00,Tea,5", "SKU: already in row 2"),
    ],
)
def test_bad_row_is_reported_and_nothing_is_stored(load, row, reason):
    with pytest.raises(CommandError) as refused:
        load(WITH_STOCK, "GOOD,Mug,7.00,Dishes,1", row)

    assert load.errors == [f"row 3: {reason}"]
    assert str(refused.value).startswith("Nothing was imported: 1 bad row.")
    assert nothing_is_stored()


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (f"{'x' * 65},Leaves,1.00,Tea,5", "SKU"),
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

    assert written == "1 product created, 0 updated.\n"
    assert load.errors == ["row 2: price: “dear” is not a number", "row 4: SKU: already in row 3"]
    assert Product.objects.get().name == "Bags"


def test_sku_of_a_bad_row_is_free_for_a_good_one(load):
    written = load(HEADING, "T-1,Leaves,dear,Tea", "T-1,Leaves,1.00,Tea", skip=True)

    assert written == "1 product created, 0 updated.\n"
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
        (b"", "The file lacks the columns: SKU, name, price, category."),
        (b"\n\n", "The file lacks the columns: SKU, name, price, category."),
        (b"sku,name,price\nT-1,Leaves,1.00\n", "The file lacks the columns: category."),
        (
            "Артикул;Товар;Стоимость\n".encode(),
            "The file lacks the columns: price, category. Not understood: Стоимость.",
        ),
        (
            b"x" * 99 + b"," + ",".join(map(str, range(50))).encode(),
            "The file lacks the columns: SKU, name, price, category. "
            f"Not understood: {'x' * 49}…, {', '.join(map(str, range(49)))}, ….",
        ),
    ],
)
def test_file_without_the_columns_is_refused(load, raw, reason):
    with pytest.raises(CommandError) as refused:
        load(raw=raw)

    assert str(refused.value) == reason
    assert nothing_is_stored()


def test_file_in_utf_8_with_a_broken_place_is_refused_by_its_line(load):
    with pytest.raises(CommandError, match=r"The file cannot be read as CSV in UTF-8: line 3\."):
        load(raw=f"{HEADING}\nT-1,Чай,1.00,Tea\nT-2,Чай".encode()[:-1] + b",1.00,Tea\n")

    assert nothing_is_stored()


def test_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_products", str(tmp_path / "none.csv"))
