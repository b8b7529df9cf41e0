"""Columns of groups and options in files: imported, exported, and refused row by row."""

from io import BytesIO

import pytest
from django.core.management import CommandError

from apps.audit.models import AuditEntry
from apps.catalog import services
from apps.catalog.models import GroupOption, Product, ProductGroup
from apps.catalog.product_import import import_products
from apps.catalog.product_import.headings import Heading, UnusableFile
from apps.catalog.product_import.writing import Counts
from apps.catalog.tests.factories import make_category, make_product
from apps.catalog.tests.import_pages import checked
from apps.catalog.tests.variants import make_group, values
from apps.import_export.formats import FileFormat
from apps.import_export.tests.export_pages import exported

END = ",quantity_step,attr.brand,attr.tag"
ENGLISH = "sku,name,price,category,group,option.size,option.colour"

pytestmark = pytest.mark.django_db


def variants():
    """Return of each product the group, and the values by the codes of their options."""
    products = Product.objects.select_related("group").prefetch_related("options__option").order_by("sku")
    return {
        product.sku: (
            product.group and product.group.name,
            {row.option.code: row.value_ru for row in product.options.all()},
        )
        for product in products
    }


def test_groups_and_options_are_made_when_they_are_missing(load):
    load(
        ENGLISH,
        "A,Shirt S,5,Shirts,Shirt,S,red",
        "B,Shirt M,5,Shirts, shirt ,M,red",
        "C,Tea,5,Tea,Tea,50 g,",
        "D,Mug,5,Tea,,,",
    )

    assert variants() == {
        "A": ("Shirt", {"size": "S", "colour": "red"}),
        "B": ("Shirt", {"size": "M", "colour": "red"}),
        "C": ("Tea", {"size": "50 g"}),
        "D": (None, {}),
    }
    options = GroupOption.objects.order_by("group__name", "position")
    assert list(options.values_list("group__slug", "code", "name_ru")) == [
        ("shirt", "size", "size"),
        ("shirt", "colour", "colour"),
        ("tea", "size", "size"),
    ]
    (shirt,) = Product.objects.filter(sku="A")
    changes = [entry.changes for entry in AuditEntry.objects.about(shirt).order_by("pk")]
    assert changes[1] == {
        "group": [None, f"{shirt.group_id}: Shirt"],
        "options": [[], ["size: S", "colour: red"]],
    }


def test_known_group_takes_products_in_and_others_keep_what_they_have(load):
    small, large = make_product(sku="A", name="S"), make_product(sku="B", name="L")
    group = make_group((small, values(size="S/small")), (large, values(size="L")), name="Shirt")
    make_group(name="shirt")  # the older one is meant

    load(ENGLISH, "A,S,5,Shirts,SHIRT,S,", "C,M,5,Shirts,Shirt,M,", "B,XL,5,Shirts,,XL,")

    assert variants() == {
        "A": ("Shirt", {"size": "S"}),
        "B": ("Shirt", {"size": "XL"}),
        "C": ("Shirt", {"size": "M"}),
    }
    assert Product.objects.filter(group=group).count() == 3
    assert small.options.get().value_en == "small"


def test_empty_cells_and_files_without_the_columns_change_nothing(load):
    make_group((make_product(sku="A", name="S"), values(size="S")), name="Shirt")

    load("sku,name,price,category", "A,Shirt,6,Shirts")
    load(ENGLISH, "A,Shirt,7,Shirts,,,")

    assert variants() == {"A": ("Shirt", {"size": "S"})}


def test_product_moves_to_the_group_that_a_row_names(load):
    make_group((make_product(sku="A", name="S"), values(size="S")), name="Shirt")

    load(ENGLISH, "A,S,5,Shirts,Blouse,S,white")

    assert variants() == {"A": ("Blouse", {"size": "S", "colour": "white"})}


def test_rows_can_swap_values(load):
    small, large = make_product(sku="A", name="S"), make_product(sku="B", name="L")
    make_group((small, values(size="S")), (large, values(size="L")), name="Shirt")

    load(ENGLISH, "A,S,5,Shirts,,L,", "B,L,5,Shirts,,S,")

    assert variants() == {"A": ("Shirt", {"size": "L"}), "B": ("Shirt", {"size": "S"})}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (["C,M,5,Shirts,,M,"], "row 2: option.size: the product is in no group"),
        (["C,M,5,Shirts,Shirt,,"], "row 2: option.size: empty"),
        (["C,M,5,Shirts,Shirt,s,"], "row 2: group of variants: another product of the group has the same"),
        (
            ["C,M,5,Shirts,Shirt,M,red"],
            "row 2: option.colour: other products of the group have no value of this option",
        ),
        (["C,M,5,Shirts,New,M,", "D,M,5,Shirts,New,L,red"], "row 2: option.colour: empty"),
        (
            ["C,M,5,Shirts,New,M,", "D,M,5,Shirts,New,M,"],
            "row 3: group of variants: another product of the group has the same options",
        ),
        ([f"C,M,5,Shirts,{'x' * 256},M,"], "row 2: group of variants: Ensure this value has at most 255"),
        ([f"C,M,5,Shirts,Shirt,{'x' * 101},"], "row 2: option.size: Ensure this value has at most 100"),
    ],
)
def test_rows_that_cannot_be_are_refused_and_nothing_is_stored(load, rows, reason):
    shirts = [make_product(sku="A", name="S"), make_product(sku="B", name="L")]
    make_group((shirts[0], values(size="S")), (shirts[1], values(size="L")), name="Shirt")

    with pytest.raises(CommandError):
        load(ENGLISH, *rows)

    assert reason in "\n".join(load.errors)
    assert variants() == {"A": ("Shirt", {"size": "S"}), "B": ("Shirt", {"size": "L"})}
    assert ProductGroup.objects.count() == 1


def test_good_rows_are_stored_beside_refused_ones(load):
    load(ENGLISH, "A,S,5,Shirts,Shirt,S,", "B,L,5,Shirts,Shirt,S,", "C,L,5,Shirts,Shirt,M,", skip=True)

    assert variants() == {"A": ("Shirt", {"size": "S"}), "C": ("Shirt", {"size": "M"})}


def test_group_has_no_more_options_than_three(load):
    columns = ",".join(f"option.o{number}" for number in range(4))

    with pytest.raises(CommandError):
        load(f"sku,name,price,category,group,{columns}", "A,S,5,Shirts,Shirt,1,2,3,4")

    assert "row 2: group of variants: A group has at most 3 options." in "\n".join(load.errors)


def test_headings_of_options_are_read_by_their_codes():
    heading = Heading.of(["sku", "name", "price", "category", "OPTION.Size", "option.размер", "option."])

    assert heading.places["option.Size"] == 4
    assert heading.unread == ["option.размер", "option."]
    with pytest.raises(UnusableFile, match=r"\(option\.size\)"):
        Heading.of(["sku", "name", "price", "category", "option.size", "Option.size"])


def test_preview_shows_what_would_change(client, staff):
    client.force_login(staff)
    shirt = make_product(sku="A", name="S", price=5, category=make_category(name="Shirts"))
    make_group((shirt, values(size="S")), name="Shirt")

    report = checked(client, ENGLISH, "A,S,5,Shirts,Shirt,M,", "B,S,5,Shirts,Shirt,S,").report

    assert report["changes"][0]["fields"] == {"option.size": ["S", "M"]}
    assert report["new"][0]["fields"]["group"] == [None, "Shirt"]
    assert (report["updated"], report["created"], report["bad"]) == (1, 1, 0)


@pytest.mark.parametrize("file_format", [FileFormat.PROGRAMS, FileFormat.WORKBOOK])
def test_exported_file_changes_nothing_when_it_comes_back(client, staff, file_format):
    client.force_login(staff)
    tea = make_category(name="Чай")
    shirts = [make_product(sku=f"S-{number}", name=f"Shirt {number}", category=tea) for number in range(3)]
    make_group(
        (shirts[0], values(size="S/small", colour="=1+1")),
        (shirts[1], values(size="M", colour="-5")),
        name="Футболка, белая",
    )
    make_group((shirts[2], values(colour="002")), name="Футболка, белая")
    before, stored = variants(), list(Product.objects.order_by("pk").values())

    data = exported(client, "catalog_product", "products", file_format=file_format)
    counts = import_products(BytesIO(data)).counts

    assert counts == Counts(unchanged=3)
    assert variants() == before
    assert list(Product.objects.order_by("pk").values()) == stored


def test_columns_of_options_stand_behind_the_others(client, staff):
    client.force_login(staff)
    tea = make_category(name="Tea")
    small, mug = make_product(sku="A", category=tea), make_product(sku="B", category=tea)
    group = make_group((small, values(size="S", colour="red")), name="Shirt")

    heading, first, second = exported(client, "catalog_product", "products").decode().splitlines()

    assert heading.endswith(",quantity_step,option.colour,option.size,attr.brand,attr.tag")
    assert first.endswith(",1,red,S,,")
    assert ",Shirt," in first
    assert second.endswith(",1,,,,")
    assert mug.group_id is None
    services.delete_group(group.pk)
    assert exported(client, "catalog_product", "products").decode().splitlines()[0].endswith(END)


@pytest.mark.parametrize("number", [2, 40])
def test_number_of_statements_does_not_grow_with_the_rows(load, number, django_assert_max_num_queries):
    rows = [f"S{each},S{each},5,Shirts,Shirt {each // 4},{each},red" for each in range(number)]

    with django_assert_max_num_queries(75):
        load(ENGLISH, *rows)
