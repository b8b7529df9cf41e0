"""Skus and names that cannot be told apart mean the same in every way in; nothing invisible is a name."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.catalog.models import Category, Product
from apps.catalog.product_import import import_products
from apps.catalog.tests.factories import make_category, make_product
from apps.core.tests.answers import refusal_of

CATEGORIES, PRODUCTS = "/api/v1/categories/", "/api/v1/products/"
ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"
NOTHING_SEEN = [
    ZERO_WIDTH,
    "\N{HANGUL FILLER}",
    "\N{BRAILLE PATTERN BLANK}",
    "\N{NO-BREAK SPACE}\u2060\u200d",
    "\ufe0f",
]
SPELLINGS = [
    "bug-9A",
    "BUG-9A",
    f"BUG{ZERO_WIDTH}-9a",
    "BUG\N{NON-BREAKING HYPHEN}9a",
    "ＢＵＧ-9a",
    " Bug-9a\u00a0",
]

pytestmark = pytest.mark.django_db


def product(**values):
    return {"name": "Чай", "sku": "T-1", "price": "1.00", "category": make_category().pk, **values}


def imported(*lines, heading="sku,name,price,category"):
    return import_products(BytesIO("\n".join([heading, *lines]).encode()))


# --- Nothing to be seen


@pytest.mark.parametrize("text", NOTHING_SEEN)
def test_name_and_sku_of_which_nothing_is_seen_are_refused(staff_api, text):
    refused = {
        "/name": [staff_api.post(CATEGORIES, {"name": text}), staff_api.post(PRODUCTS, product(name=text))],
        "/sku": [staff_api.post(PRODUCTS, product(sku=text))],
    }
    known = make_product(name="Чай", sku="T-2")
    refused["/sku"].append(staff_api.patch(f"{PRODUCTS}{known.pk}/", {"sku": text}))
    refused["/name"].append(staff_api.patch(f"{CATEGORIES}{known.category_id}/", {"name": text}))

    for pointer, answers in refused.items():
        for answer in answers:
            assert refusal_of(answer) == (400, "validation_error", [("blank", pointer)])
    assert Product.objects.get().sku == "T-2"


@pytest.mark.parametrize("text", NOTHING_SEEN)
def test_form_of_the_admin_refuses_them_too(client, staff, text):
    client.force_login(staff)
    fields = {**product(name=text, sku=text), "stock": "0", "min_quantity": "1", "quantity_step": "1"}

    made = client.post(reverse("admin:catalog_product_add"), fields)
    category = client.post(reverse("admin:catalog_category_add"), {"name": text})

    assert made.context["adminform"].form.errors.keys() == {"name", "sku"}
    assert category.context["adminform"].form.errors.keys() == {"name"}
    assert not Product.objects.exists()


@pytest.mark.parametrize("row", ["{},Чай,1.00,Чай", "T-1,{},1.00,Чай", "T-1,Чай,1.00,{}"])
def test_row_of_which_a_name_is_not_seen_is_a_bad_row(row):
    report = imported(row.format(ZERO_WIDTH))

    assert report.bad_count == 1
    assert not (Product.objects.exists())
    assert not (Category.objects.exists())


def test_reason_of_which_nothing_is_seen_is_none(staff_api):
    known = make_product(stock=5)
    body = {"delta": 1, "reason": ZERO_WIDTH}

    refused = staff_api.post(f"/api/v1/admin/products/{known.pk}/stock-movements/", body)

    assert refusal_of(refused) == (400, "validation_error", [("blank", "/reason")])
    known.refresh_from_db()
    assert known.stock == 5


def test_texts_are_stored_as_they_are_seen(staff_api):
    wanted = product(name=f"Чай\u00a0 чёрный{ZERO_WIDTH}", sku=f"T\u00ad-1{ZERO_WIDTH}")

    made = staff_api.post(PRODUCTS, wanted).json()

    assert (made["name"], made["sku"]) == ("Чай чёрный", "T-1")
    assert Product.objects.filter(name="Чай чёрный", sku="T-1", sku_key="t-1").exists()


# --- One sku


@pytest.mark.parametrize("sku", SPELLINGS)
def test_sku_in_another_spelling_is_taken(staff_api, sku):
    make_product(sku="BUG-9a")
    other = make_product(sku="OTHER")

    made = staff_api.post(PRODUCTS, product(sku=sku))
    changed = staff_api.patch(f"{PRODUCTS}{other.pk}/", {"sku": sku})

    for answer in (made, changed):
        assert refusal_of(answer) == (400, "validation_error", [("unique", "/sku")])
    assert sorted(Product.objects.values_list("sku", flat=True)) == ["BUG-9a", "OTHER"]


def test_own_sku_may_change_its_case(staff_api):
    known = make_product(sku="BUG-9a")

    assert staff_api.patch(f"{PRODUCTS}{known.pk}/", {"sku": "bug-9A"}).json()["sku"] == "bug-9A"


def test_form_of_the_admin_tells_a_sku_that_is_taken(client, staff):
    make_product(sku="BUG-9a")
    client.force_login(staff)
    fields = {**product(sku="bug-9A"), "stock": "0", "min_quantity": "1", "quantity_step": "1"}

    response = client.post(reverse("admin:catalog_product_add"), fields)

    assert response.context["adminform"].form.errors.keys() == {"sku"}
    assert Product.objects.count() == 1


@pytest.mark.parametrize("sku", SPELLINGS)
def test_database_refuses_a_sku_in_another_spelling_whoever_writes(sku):
    known, other = make_product(sku="BUG-9a"), make_product(sku="OTHER")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_product(sku=sku)
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=other.pk).update(sku=sku)
    other.sku = sku
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save(update_fields=["sku"])
    with pytest.raises(ValidationError):
        other.full_clean()

    assert set(Product.objects.values_list("pk", "sku_key")) == {(known.pk, "bug-9a"), (other.pk, "other")}


def test_key_follows_the_sku_of_a_row_of_which_little_was_read():
    known = make_product(sku="old")
    row = Product.objects.only("sku").get(pk=known.pk)
    row.sku = "NEW"
    row.save()

    assert Product.objects.values_list("sku", "sku_key").get() == ("NEW", "new")


@pytest.mark.parametrize("sku", SPELLINGS)
def test_import_finds_a_product_by_any_spelling_of_its_sku(sku):
    known = make_product(sku="BUG-9a", name="Old", category=make_category(name="Tea"))

    report = imported(f"{sku},New,2.00,Tea")

    assert (report.bad_rows, report.counts.created, report.counts.updated) == ([], 0, 1)
    known.refresh_from_db()
    assert (known.sku, known.name) == ("BUG-9a", "New")
    assert Product.objects.count() == 1


def test_sku_that_comes_twice_in_a_file_is_a_bad_row_in_any_spelling():
    report = imported("BUG-9a,Чай,1.00,Чай", "bug-9A,Чай,1.00,Чай")

    assert [row.number for row in report.bad_rows] == [3]
    assert not Product.objects.exists()


# --- One category


@pytest.mark.parametrize("name", ["посуда", "ПОСУДА", f"Посуда{ZERO_WIDTH}", "\u00a0Посуда ", "Посу\u00adда"])
def test_import_finds_a_category_in_any_spelling(name):
    dishes = make_category(name="Посуда")

    imported(f"T-1,Кружка,1.00,{name}")

    assert Product.objects.get().category == dishes
    assert Category.objects.count() == 1


def test_import_makes_one_category_of_all_spellings():
    imported("T-1,a,1.00,Посуда", "T-2,b,1.00,посуда", f"T-3,c,1.00,Посуда{ZERO_WIDTH}")

    assert Category.objects.get().name in {"Посуда", "посуда"}
    assert Product.objects.count() == 3


def test_category_that_is_written_so_comes_before_an_older_one():
    make_category(name="ПОСУДА")
    written_so = make_category(name="Посуда")

    imported("T-1,Кружка,1.00,Посуда")

    assert Product.objects.get().category == written_so


def test_categories_may_still_share_a_name(staff_api):
    answers = [staff_api.post(CATEGORIES, {"name": name}) for name in ("Чай", "чай", "Чай")]

    assert [answer.json()["slug"] for answer in answers] == ["chai", "chai-2", "chai-3"]
