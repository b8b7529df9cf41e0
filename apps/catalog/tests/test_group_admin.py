"""The page of a group of variants in the admin: the group, its options and its products."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.audit.models import AuditEntry
from apps.catalog import services
from apps.catalog.models import Product, ProductGroup
from apps.catalog.tests.factories import make_category, make_product, take_stock
from apps.catalog.tests.variants import COLOUR, make_group, make_shirts, values
from apps.catalog.variants import OptionValue
from apps.delivery.tests.office import errors_of, page_of
from tests.support.html_forms import form_with, opened_form, send_form

LIST, ADD = reverse("admin:catalog_productgroup_changelist"), reverse("admin:catalog_productgroup_add")
OPTIONS = {
    "options-0-code": "size",
    "options-0-name_ru": "Размер",
    "options-0-name_en": "Size",
    "options-1-code": "colour",
    "options-1-name_ru": "Цвет",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client, staff):
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def row(number, product=None, **values):
    """Return the fields of a row of the products: values by place and language, as in `_0_ru`."""
    fields = {f"products-{number}-value{name}": value for name, value in values.items()}
    return fields | ({f"products-{number}-product": product.pk} if product else {})


def stored():
    """Return the values of each product that is in a group."""
    products = Product.objects.exclude(group=None).prefetch_related("options__option").order_by("pk")
    return {
        product.pk: [(each.option.code, each.value_ru, each.value_en) for each in product.options.all()]
        for product in products
    }


def test_group_is_made_with_options_and_products_on_one_page(browser, staff):
    small, large = make_product(), make_product()

    body = {
        **form_with(browser.get(ADD).text, "name"),
        "name": "Футболка",
        "category": (shirts := make_category()).pk,
        **OPTIONS,
        **row(0, small, _0_ru="S", _1_ru="красный", _1_en="red"),
        **row(1, large, _0_ru="L", _1_ru="красный"),
    }

    response = browser.post(ADD, body)

    assert response.status_code == 302, errors_of(response)
    group = ProductGroup.objects.get()
    assert (group.name, group.slug, group.category) == ("Футболка", "futbolka", shirts)
    assert list(group.options.values_list("code", "name_ru", "name_en")) == [
        ("size", "Размер", "Size"),
        ("colour", "Цвет", ""),
    ]
    assert stored() == {
        small.pk: [("size", "S", ""), ("colour", "красный", "red")],
        large.pk: [("size", "L", ""), ("colour", "красный", "red")],
    }
    assert AuditEntry.objects.about(small).get().actor == staff


def test_products_that_are_chosen_in_their_list_stand_on_the_page_of_a_new_group(browser):
    small, large, _other = make_product(name="Tea S"), make_product(name="Tea L"), make_product()
    products = reverse("admin:catalog_product_changelist")

    response = browser.post(products, {"action": "make_group", "_selected_action": [small.pk, large.pk]})
    assert response.status_code == 302
    assert response.url == f"{ADD}?products={large.pk},{small.pk}"
    form = form_with(browser.get(response.url).text, "name")
    assert [form[f"products-{number}-product"] for number in range(2)] == [[str(large.pk)], [str(small.pk)]]
    body = {
        **form,
        "name": "Tea",
        **OPTIONS,
        **row(0, _0_ru="L", _1_ru="red"),
        **row(1, _0_ru="S", _1_ru="red"),
    }
    saved = browser.post(response.url, body)

    assert saved.status_code == 302, errors_of(saved)
    assert sorted(stored()) == [small.pk, large.pk]
    assert browser.get(f"{ADD}?products=x,,{10**30},-1").status_code == 200


def test_page_shows_the_products_in_the_order_of_their_values_and_saves_them_unchanged(browser):
    large, small = make_product(), make_product()
    group = make_group((small, values(size="S/small")), (large, values(size="L")))
    before, entries = stored(), AuditEntry.objects.count()

    form = opened_form(browser, page_of(group))
    response = send_form(browser, page_of(group))

    assert [form[f"products-{number}-id"] for number in range(2)] == [[str(small.pk)], [str(large.pk)]]
    assert form["products-0-value_0_ru"] == ["S"]
    assert form["products-0-value_0_en"] == ["small"]
    assert response.status_code == 302
    assert (stored(), AuditEntry.objects.count()) == (before, entries)


def test_products_come_go_and_change_on_one_page(browser):
    small, large = make_shirts("S", "L")
    other = make_product()

    response = send_form(
        browser,
        page_of(small.group),
        **{"products-TOTAL_FORMS": "3", "products-1-leaves": "on"},
        **row(0, _0_ru="XS"),
        **row(2, other, _0_ru="L", _0_en="large"),
    )

    assert response.status_code == 302, errors_of(response)
    assert stored() == {small.pk: [("size", "XS", "")], other.pk: [("size", "L", "large")]}
    assert Product.objects.get(pk=large.pk).group is None


def test_option_is_added_with_the_values_of_all_products(browser):
    small, large = make_shirts("S", "L")

    response = send_form(
        browser,
        page_of(small.group),
        **{"options-1-code": "colour", "options-1-name_ru": "Цвет"},
        **row(0, _1_ru="белый"),
        **row(1, _1_ru="чёрный"),
    )

    assert response.status_code == 302, errors_of(response)
    assert stored() == {
        small.pk: [("size", "S", ""), ("colour", "белый", "")],
        large.pk: [("size", "L", ""), ("colour", "чёрный", "")],
    }


def test_option_that_is_deleted_takes_its_values(browser):
    (shirt,) = make_shirts("S")

    response = send_form(browser, page_of(shirt.group), **{"options-0-DELETE": "on"})

    assert response.status_code == 302, errors_of(response)
    assert not shirt.group.options.exists()
    assert stored() == {shirt.pk: []}


def test_values_are_shown_in_the_order_that_staff_have_given(browser, api):
    shirts = make_shirts("L", "S", "M")
    page, group = page_of(shirts[0].group), shirts[0].group_id
    assert opened_form(browser, page)["options-0-order"] == ["L | S | M"]

    response = send_form(browser, page, **{"options-0-order": "s|M | XXL"})

    assert response.status_code == 302, errors_of(response)
    assert opened_form(browser, page)["options-0-order"] == ["S | M | L"]
    found = api.get(f"/api/v1/product-groups/{group}/").json()
    assert found["options"][0]["values"] == ["S", "M", "L"]
    assert [product["id"] for product in found["products"]] == [shirts[n].pk for n in (1, 2, 0)]
    changes = AuditEntry.objects.about(shirts[0].group.options.get()).latest("pk").changes
    assert changes == {"order": [["L", "S", "M"], ["S", "M", "L"]]}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        (row(0, _0_ru="  "), ["Give the value."]),
        (row(0, _0_ru="l"), ["Another row has the same options."]),
        (row(0, _1_ru="red"), ["The group has no option here."]),
        ({"options-0-DELETE": "on"}, ["Another row has the same options."]),
        ({"options-1-code": "size", "options-1-name_ru": "Ещё"}, ["The group has this option already."]),
        ({"products-TOTAL_FORMS": "3", **row(2, _0_ru="M")}, ["This field is required."]),
        (row(0, _0_ru="x" * 101), ["Ensure this value has at most 100 characters (it has 101)."]),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_saved(browser, changes, errors):
    small, _large = make_shirts("S", "L")
    before = stored()

    page = send_form(browser, page_of(small.group), name="Other", **changes)

    assert page.status_code == 200
    assert errors_of(page)[: len(errors)] == errors
    assert stored() == before
    assert ProductGroup.objects.get().name == "Футболка"


def test_product_of_another_group_and_one_that_is_chosen_twice_are_refused(browser):
    (shirt,) = make_shirts("S")
    make_group((other := make_product(), values(size="S")), name="Рубашка")

    page = send_form(
        browser,
        page_of(shirt.group),
        **{"products-TOTAL_FORMS": "4"},
        **row(1, other, _0_ru="M"),
        **row(2, shirt, _0_ru="L"),
        **row(3, _0_ru=""),
    )

    assert errors_of(page) == [
        "It is in the group “Рубашка”. Take it out there first.",
        "This product is in another row, too.",
    ]
    assert stored()[shirt.pk] == [("size", "S", "")]


@pytest.mark.parametrize(
    "change",
    [
        lambda shirt: services.put_into_group(
            shirt.pk, group_id=shirt.group_id, values={"size": OptionValue("S", "small")}
        ),
        lambda shirt: services.put_into_group(
            make_product().pk, group_id=shirt.group_id, values=values(size="M")
        ),
        lambda shirt: services.take_out_of_group(shirt.pk),
    ],
)
def test_page_that_was_opened_before_its_products_changed_saves_nothing(browser, change):
    small, _large = make_shirts("S", "L")
    form = opened_form(browser, page_of(small.group))
    change(small)
    before = stored()

    page = browser.post(page_of(small.group), {**form, "name": "Other"})

    assert page.status_code == 200
    assert errors_of(page)[0].startswith("Nothing was saved: this page is out of date.")
    assert "“products” was changed after you opened the page." in errors_of(page)[1]
    assert stored() == before


def test_options_that_changed_meanwhile_stop_the_page_and_sales_do_not(browser):
    small, _large = make_shirts("S", "L")
    form = opened_form(browser, page_of(small.group))
    take_stock({small.pk: 1})
    services.update_product(small.pk, price="1.00")

    assert browser.post(page_of(small.group), {**form, "name": "Other"}).status_code == 302

    form = opened_form(browser, page_of(small.group))
    option = small.group.options.get()
    services.change_group(small.group_id, options=[COLOUR._replace(option_id=option.pk)])
    page = browser.post(page_of(small.group), {**form, "name": "Third"})
    assert "“options” was changed after you opened the page." in errors_of(page)[1]


def test_deleted_group_leaves_its_products(browser):
    (shirt,) = make_shirts("S")

    shown = browser.get(reverse("admin:catalog_productgroup_delete", args=[shirt.group_id]))
    response = send_form(browser, reverse("admin:catalog_productgroup_delete", args=[shirt.group_id]))

    assert "Protected" not in shown.text
    assert response.status_code == 302
    assert not ProductGroup.objects.exists()
    assert Product.objects.get(pk=shirt.pk).group is None


def test_list_shows_options_and_sizes_and_finds_names_in_any_case(browser):
    make_shirts("S", "L")
    make_group(name="Рубашка")

    page = browser.get(f"{LIST}?q=ФУТБОЛКА")

    assert [group.name for group in page.context["cl"].result_list] == ["Футболка"]
    assert ">Size<" in page.text
    assert ">2<" in page.text


def test_support_reads_a_group_and_changes_nothing(client, make_user):
    reader = make_user(is_staff=True)
    reader.groups.add(Group.objects.get(name="Support"))
    client.force_login(reader)
    (shirt,) = make_shirts("размер S")

    page = client.get(page_of(shirt.group))
    response = client.post(page_of(shirt.group), {"name": "Other"})

    assert page.status_code == 200
    assert "Размер: размер S" in page.text
    assert '<input type="text" name="products' not in page.text
    assert response.status_code == 403


@pytest.mark.parametrize("number", [2, 12])
def test_page_asks_no_more_often_for_more_products(browser, number, django_assert_max_num_queries):
    shirt, *_others = make_shirts(*(f"размер {each}" for each in range(number)))

    with django_assert_max_num_queries(16):
        assert browser.get(page_of(shirt.group)).status_code == 200
