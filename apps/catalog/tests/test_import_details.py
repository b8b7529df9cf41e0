"""Details of products, and their texts in further languages, in tables: read, refused and exported."""

import pytest

from apps.audit.models import AuditEntry
from apps.catalog.exports import PRODUCTS, product_rows, text_cells, text_names
from apps.catalog.models import Product, ProductTranslation
from apps.catalog.tests.factories import make_category, make_product
from apps.catalog.tests.import_pages import checked, counts
from apps.import_export.formats import FileFormat
from apps.import_export.tests.export_pages import exported

HEADING = "sku,name,price,category"
BARCODE, OTHER = "4601234567893", "96385074"
DETAILS = {
    "barcode": BARCODE,
    "external_id": "1c-77",
    "unit": "шт",
    "meta_title": "Купить чай",
    "meta_description": "Листовой чай",
    "length_mm": 80,
    "width_mm": 70,
    "height_mm": 110,
    "min_quantity": 2,
    "quantity_step": 2,
}

pytestmark = pytest.mark.django_db


def stored(sku="T-1"):
    return Product.objects.filter(sku=sku).values(*DETAILS).get()


def test_details_are_written_and_stay_where_a_cell_is_empty(load):
    columns, values = ",".join(DETAILS), ",".join(map(str, DETAILS.values()))

    assert load(f"{HEADING},{columns}", f"T-1,Чай,1.00,Tea,{values}") == "1 product created, 0 updated.\n"
    assert stored() == DETAILS
    load(f"{HEADING},{columns}", f"T-1,Чай,1.00,Tea{',' * len(DETAILS)}")
    load(HEADING, "T-1,Чай,2.00,Tea")
    assert stored() == DETAILS
    load(f"{HEADING},unit", "T-1,Чай,2.00,Tea,уп")
    assert stored() == {**DETAILS, "unit": "уп"}
    latest = AuditEntry.objects.filter(target_kind="catalog.product").latest("pk")
    assert latest.changes == {"unit": ["шт", "уп"]}
    assert list(Product.objects.matching(BARCODE).values_list("sku", flat=True)) == ["T-1"]


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("Штрихкод;Внешний код;Ед. изм.;Длина, мм;Кратность", f"{BARCODE};1c-77;шт;80;2"),
        ("Штрих-код;GUID;Единица измерения;Длина (мм);Кратность заказа", f"{BARCODE};1c-77;шт;80;2"),
        ("Variant Barcode;Ид;unit;length_mm;quantity_step", f"{BARCODE};1c-77;шт;80,0;2"),
    ],
)
def test_columns_are_known_as_shops_and_1c_call_them(load, heading, values):
    load(f"Артикул;Наименование;Цена;Категория;{heading}", f"T-1;Чай;1;Tea;{values}")

    found = stored()
    assert [found[name] for name in ("barcode", "external_id", "unit", "length_mm", "quantity_step")] == [
        BARCODE,
        "1c-77",
        "шт",
        80,
        2,
    ]


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("barcode", "4601234567890", "barcode: The last digit of this barcode does not fit the others."),
        ("barcode", "12", "barcode: Enter a barcode of 8, 12, 13 or 14 digits."),
        ("length_mm", "long", "length, mm: “long” is not a number of millimetres"),
        ("length_mm", "0", "length, mm: Ensure this value is greater than or equal to 1."),
        ("min_quantity", "1.5", "least quantity: “1.5” is not a number of pieces"),
        ("quantity_step", "0", "step of the quantity: Ensure this value is greater than or equal to 1."),
        ("unit", "x" * 21, "unit: Ensure this value has at most 20 characters (it has 21)."),
        ("name_en", "x" * 256, "name_en: Ensure this value has at most 255 characters (it has 256)."),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(load, column, cell, reason):
    load(f"{HEADING},{column}", f"T-1,Чай,1.00,Tea,{cell}", "T-2,Кофе,1.00,Tea,", skip=True)

    assert load.errors == [f"row 2: {reason}"]
    assert list(Product.objects.values_list("sku", flat=True)) == ["T-2"]


@pytest.mark.parametrize("column", ["barcode", "external_id"])
def test_what_another_product_has_is_refused(load, column):
    make_product(sku="OLD", **{column: BARCODE}, category=make_category(name="Tea"))

    load(
        f"{HEADING},{column}",
        f"T-1,Чай,1.00,Tea,{BARCODE}",
        f"T-2,Чай,1.00,Tea,{OTHER}",
        f"T-3,Чай,1.00,Tea,{OTHER}",
        f"old,Новое,1.00,Tea,{BARCODE}",
        skip=True,
    )

    name = {"barcode": "barcode", "external_id": "id in another system"}[column]
    assert load.errors == [
        f"row 2: {name}: another product has “{BARCODE}”",
        f"row 4: {name}: another product has “{OTHER}”",
    ]
    held = Product.objects.order_by("sku").values_list("sku", column)
    assert list(held) == [("OLD", BARCODE), ("T-2", OTHER)]


def test_texts_in_further_languages_are_written_and_found(load):
    before = make_product(sku="T-1", name="Чай", price="1.00", category=make_category(name="Tea")).updated_at
    rows = ("T-1,Чай,1.00,Tea, Leaf   tea ,Black.", "T-2,Кофе,1.00,Tea,Coffee,")

    first = load(f"{HEADING},name_en,Описание (англ.)", *rows)
    again = load(f"{HEADING},name_en,description_en", *rows)

    assert (first, again) == ("1 product created, 1 updated.\n", "0 products created, 2 updated.\n")
    texts = ProductTranslation.objects.order_by("product__sku")
    assert list(texts.values_list("product__sku", "language", "name", "description")) == [
        ("T-1", "en", "Leaf tea", "Black."),
        ("T-2", "en", "Coffee", ""),
    ]
    tea = Product.objects.get(sku="T-1")
    assert tea.updated_at > before
    assert list(Product.objects.matching("leaf")) == [tea]
    entries = AuditEntry.objects.about(tea).values_list("changes", flat=True)
    assert list(entries) == [{"translations": [[], ["name_en: Leaf tea", "description_en: Black."]]}]


def test_export_has_the_details_and_the_languages_that_are_used():
    tea = make_product(**DETAILS)
    mug = make_product()
    assert text_names() == []
    ProductTranslation.objects.create(product=tea, language="en", name="Tea")

    rows = [dict(zip(PRODUCTS.columns, row, strict=True)) for row in product_rows([tea.pk, mug.pk])]

    assert {name: rows[0][name] for name in DETAILS} == DETAILS
    assert {rows[1][name] for name in ("barcode", "external_id", "length_mm")} == {None}
    assert text_names() == ["name_en", "description_en", "meta_title_en", "meta_description_en"]
    assert list(text_cells([tea.pk, mug.pk], ["name_en", "description_en"])) == [["Tea", ""], [None, None]]


@pytest.mark.parametrize("file_format", FileFormat)
def test_exported_file_is_imported_again_and_changes_nothing(browser, file_format):
    name = f"products.{'xlsx' if file_format == 'xlsx' else 'csv'}"
    tea = make_product(**DETAILS)
    ProductTranslation.objects.create(product=tea, language="en", name="Tea", description="a\nb")
    make_product(barcode="00012348", external_id="007")

    content = exported(browser, "catalog_product", "products", file_format=file_format)
    report = checked(browser, raw=content, name=name).report

    assert (report["bad_rows"], report["changes"], report["unknown_columns"]) == ([], [], [])
    assert counts(report) == {"created": 0, "updated": 0, "unchanged": 2}
    Product.objects.update(barcode=None, quantity_step=1)
    ProductTranslation.objects.update(name="Leaves")
    changes = checked(browser, raw=content, name=name).report["changes"]
    assert [row["fields"] for row in changes] == [
        {
            "barcode": [None, BARCODE],
            "quantity_step": ["1", "2"],
            "name_en": ["Leaves", "Tea"],
        },
        {"barcode": [None, "00012348"]},
    ]
