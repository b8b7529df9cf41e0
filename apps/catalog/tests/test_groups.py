"""Groups of variants: their options, the products in them, and what may not be."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import translation

from apps.audit.models import AuditEntry
from apps.catalog import services
from apps.catalog.models import GroupOption, Product, ProductGroup, ProductOption
from apps.catalog.services import WantedOption
from apps.catalog.tests.factories import make_product, make_products
from apps.catalog.tests.variants import COLOUR, SIZE, make_group, make_shirts, values
from apps.catalog.variants import options_key

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    """Let texts be in English."""
    with translation.override("en"):
        yield


def stored(product):
    """Return the group of the product, and its values as they are stored."""
    row = Product.objects.get(pk=product.pk)
    return row.group_id, [(each.option.code, each.value_ru, each.value_en) for each in row.options.all()]


def changes_of(row):
    return [entry.changes for entry in AuditEntry.objects.about(row).order_by("pk")]


def faults_of(part, **arguments):
    with pytest.raises(ValidationError) as refused:
        services.change_group(**arguments)
    return [fault.code for fault in refused.value.error_dict[part]], refused.value.message_dict[part]


def test_group_is_made_with_its_options_and_products(staff):
    small, large = make_product(name="Tea", sku="T-1"), make_product(name="Tea", sku="T-2")

    group = services.create_group(
        name="Чай  чёрный",
        options=[SIZE, COLOUR],
        variants={
            small.pk: values(size="50 г/50 g", colour="красный/red"),
            large.pk: values(size="100 г", colour="Красный"),
        },
        by=staff,
    )

    assert (group.name, group.slug) == ("Чай чёрный", "chai-chernyi")
    assert list(group.options.values_list("code", "name_ru", "name_en", "position")) == [
        ("size", "Размер", "Size", 0),
        ("colour", "Цвет", "Colour", 1),
    ]
    assert stored(small) == (group.pk, [("size", "50 г", "50 g"), ("colour", "красный", "red")])
    # The English of a value is typed once.
    assert stored(large) == (group.pk, [("size", "100 г", ""), ("colour", "Красный", "red")])
    assert list(ProductOption.objects.order_by("option", "sort").values_list("value_ru", "sort")) == [
        ("50 г", 0),
        ("100 г", 1),
        ("красный", 0),
        ("Красный", 0),
    ]
    assert changes_of(group) == [{"name": [None, "Чай чёрный"], "slug": [None, "chai-chernyi"]}]
    assert changes_of(small) == [
        {"group": [None, f"{group.pk}: Чай чёрный"], "options": [[], ["size: 50 г", "colour: красный"]]}
    ]
    assert changes_of(group.options.all()[0])[0]["code"] == [None, "size"]


def test_hash_of_values_is_one_for_all_spellings():
    assert options_key({2: "Красный", 1: " 50  Г"}) == options_key({1: "50 г", 2: "красный"})
    assert options_key({1: "50 г"}) != options_key({2: "50 г"})
    assert options_key({1: "a", 2: "b"}) != options_key({1: "b", 2: "a"})


def test_second_product_with_the_same_values_is_refused_in_words():
    small, large = make_shirts("S", "L")
    other = make_product(name="Рубашка", sku="R-1")

    with pytest.raises(ValidationError) as refused:
        services.put_into_group(other.pk, group_id=small.group_id, values=values(size=" s "))

    assert refused.value.message_dict == {
        "variants": [f"Рубашка (R-1) has the same options as {small}."],
    }
    assert stored(other) == (None, [])
    services.put_into_group(other.pk, group_id=small.group_id, values=values(size="M"))
    assert stored(other) == (large.group_id, [("size", "M", "")])


def test_second_product_with_the_same_values_is_refused_by_the_database():
    small, _large = make_shirts("S", "L")
    other = make_product()

    with pytest.raises(IntegrityError):
        Product.objects.filter(pk=other.pk).update(group=small.group, options_key=small.options_key)


@pytest.mark.parametrize(
    ("options", "variants", "part", "codes"),
    [
        ([SIZE, COLOUR], None, "variants", ["required"]),
        (None, {"first": values(size="S"), "second": {}}, "variants", ["required"]),
        ([], None, "variants", ["duplicate"]),
        (None, {"first": values(size="M" * 101), "second": values(size="L")}, "variants", [""]),
        ([SIZE, SIZE], None, "options", [""]),
        ([WantedOption("no code", "Размер")], None, "options", [""]),
        ([WantedOption(f"o{number}", "О") for number in range(4)], None, "options", ["too_many"]),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(options, variants, part, codes):
    first, second = make_shirts("S", "L")
    ids = {"first": first.pk, "second": second.pk}
    before = list(ProductOption.objects.order_by("pk").values())

    found, texts = faults_of(
        part,
        group_id=first.group_id,
        options=options,
        variants=variants and {ids[key]: each for key, each in variants.items()},
        name="Другое",
    )

    assert [code or "" for code in found] == codes
    assert all(texts)
    assert list(ProductOption.objects.order_by("pk").values()) == before
    assert ProductGroup.objects.get().name == "Футболка"


def test_group_has_no_more_products_than_its_page_can_show():
    products = make_products(101)

    with pytest.raises(ValidationError) as refused:
        make_group(*((product, values(size=str(number))) for number, product in enumerate(products)))

    assert refused.value.message_dict == {"variants": ["A group has at most 100 products."]}
    assert not ProductGroup.objects.exists()


def test_unknown_product_is_refused():
    codes, texts = faults_of("variants", group_id=make_group().pk, variants={10**9: values(size="S")})

    assert (codes, texts) == (["does_not_exist"], ["One of these products does not exist."])


def test_products_can_take_each_others_values():
    red, blue = make_shirts("S", "L")
    keys = {red.options_key, blue.options_key}

    services.change_group(red.group_id, variants={red.pk: values(size="L"), blue.pk: values(size="S")})

    assert [stored(product)[1] for product in (red, blue)] == [[("size", "L", "")], [("size", "S", "")]]
    assert set(Product.objects.values_list("options_key", flat=True)) == keys


def test_option_that_is_added_is_given_to_all_and_one_that_goes_takes_its_values():
    small, large = make_shirts("S", "L")
    size = GroupOption.objects.get()

    services.change_group(
        small.group_id,
        options=[COLOUR, WantedOption("size", "Рост", "Height", option_id=size.pk)],
        variants={
            small.pk: values(size="S", colour="белый"),
            large.pk: values(size="L", colour="белый"),
        },
    )

    assert stored(small)[1] == [("colour", "белый", ""), ("size", "S", "")]
    assert changes_of(size)[1:] == [
        {"name_ru": ["Размер", "Рост"], "name_en": ["Size", "Height"], "position": [0, 1]}
    ]
    services.change_group(small.group_id, options=[WantedOption("size", "Рост", option_id=size.pk)])
    assert stored(large)[1] == [("size", "L", "")]
    assert Product.objects.get(pk=large.pk).options_key == options_key({size.pk: "l"})


def test_product_that_is_left_out_leaves_the_group():
    small, large = make_shirts("S", "L")
    group = ProductGroup.objects.get()

    services.change_group(group.pk, variants={large.pk: values(size="L")})

    assert stored(small) == (None, [])
    assert Product.objects.get(pk=small.pk).options_key is None
    assert changes_of(small)[-1] == {
        "group": [f"{group.pk}: Футболка", None],
        "options": [["size: S"], []],
    }
    assert ProductGroup.objects.get().updated_at > group.updated_at


def test_product_moves_from_one_group_to_another():
    (shirt,) = make_shirts("S")
    other = make_group((make_product(), values(colour="белый")), name="Рубашка")

    services.put_into_group(shirt.pk, group_id=other.pk, values=values(colour="чёрный"))

    assert stored(shirt) == (other.pk, [("colour", "чёрный", "")])
    assert ProductGroup.objects.get(pk=shirt.group_id).updated_at > shirt.group.updated_at


def test_write_of_what_is_there_changes_nothing():
    small, large = make_shirts("S", "L")
    entries = AuditEntry.objects.count()

    services.change_group(
        small.group_id, name="Футболка", variants={small.pk: values(size="S"), large.pk: values(size="L")}
    )
    services.put_into_group(small.pk, group_id=small.group_id, values=values(size="S"))

    assert AuditEntry.objects.count() == entries
    assert Product.objects.get(pk=small.pk).updated_at == small.updated_at
    assert ProductGroup.objects.get().updated_at == small.group.updated_at


def test_product_is_found_by_its_values_while_it_has_them(api):
    small, _large = make_shirts("маленькая", "большая", name="Рубашка")
    found = [row["id"] for row in api.get("/api/v1/products/?search=маленькая").json()["results"]]
    assert found == [small.pk]

    services.take_out_of_group(small.pk)

    assert Product.objects.get(pk=small.pk).search_terms == ""


def test_product_is_taken_out_once():
    small, _large = make_shirts("S", "L")

    services.take_out_of_group(small.pk)
    services.take_out_of_group(small.pk)

    assert stored(small) == (None, [])
    assert len(changes_of(small)) == 2  # into the group, and out of it


def test_group_that_is_deleted_leaves_its_products():
    small, large = make_shirts("S", "L")
    group = ProductGroup.objects.get()

    services.delete_group(group.pk)

    assert not ProductGroup.objects.exists()
    assert not GroupOption.objects.exists()
    assert [stored(product) for product in (small, large)] == [(None, []), (None, [])]
    assert changes_of(group)[-1] == {"name": ["Футболка", None], "slug": ["futbolka", None]}


@pytest.mark.parametrize("service", [services.change_group, services.delete_group])
def test_unknown_group_is_not_found(service):
    with pytest.raises(ProductGroup.DoesNotExist):
        service(10**9)


def test_number_of_statements_does_not_grow_with_the_products(django_assert_max_num_queries):
    products = make_products(100)
    group = make_group()
    services.change_group(group.pk, options=[SIZE])

    with django_assert_max_num_queries(30):
        services.change_group(
            group.pk, variants={product.pk: values(size=str(product.pk)) for product in products}
        )
