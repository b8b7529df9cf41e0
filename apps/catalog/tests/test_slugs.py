"""Readable addresses, made from names."""

import os
from io import BytesIO

import pytest
from django.db import IntegrityError, connection
from rest_framework.test import APIClient

from apps.catalog.models import Category, Product
from apps.catalog.product_import import import_products
from apps.catalog.services import create_category, update_category
from apps.catalog.slugs import free_slugs, slug_of
from apps.catalog.tests.factories import make_category
from apps.core.tests.answers import refusal_of
from apps.core.tests.threads import at_once

CATEGORIES, PRODUCTS = "/api/v1/categories/", "/api/v1/products/"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Чай чёрный", "chai-chernyi"),
        ("Щётка для обуви", "shchetka-dlia-obuvi"),
        ("Объектив, 50 мм", "obektiv-50-mm"),
        ("Эльф & Юла", "elf-iula"),
        ("Їжак ґанок ў", "izhak-ganok-u"),
        ("Café crème", "cafe-creme"),
        ("Straße", "strasse"),
        ("Łódź Smørrebrød Þingeyri ısıtıcı", "lodz-smorrebrod-thingeyri-isitici"),
        ("C", "c"),
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        ("Чай + мёд", "chai-plus-med"),
        ("Колода 18+", "koloda-18-plus"),
        ("Кубик #5", "kubik-5"),
        ("Ελληνικά", "ellinika"),
        ("ΕΥΡΩΠΗ, Αυτό, Μπύρα", "evropi-afto-byra"),
        ("Ουζο χωριάτικη ψωμί Θεσσαλονίκης", "ouzo-choriatiki-psomi-thessalonikis"),
        ("Άγγελος", "angelos"),
        ("Кабель USB‑C", "kabel-usb-c"),
        ("L’Oréal", "loreal"),
        ("фар\N{SOFT HYPHEN}фор №5", "farfor-no5"),
        ("  --Tea--  ", "tea"),
        ("TEA_bag", "tea_bag"),
        ("100 %", "100"),
        ("日本茶", "item"),
        ("!!!", "item"),
        ("", "item"),
    ],
)
def test_slug_is_written_in_latin_letters(name, slug):
    assert slug_of(name) == slug


def test_slug_of_a_long_name_fits_and_ends_with_a_letter():
    assert slug_of("щ" * 300) == "shch" * 50
    assert slug_of("a" * 199 + " bcd") == "a" * 199


@pytest.mark.django_db
def test_slugs_of_categories_with_one_name_are_numbered(staff_api):
    slugs = [staff_api.post(CATEGORIES, {"name": "Чай"}).json()["slug"] for _time in range(3)]

    assert slugs == ["chai", "chai-2", "chai-3"]


@pytest.mark.django_db
def test_slugs_of_products_with_one_name_are_numbered(staff_api):
    category = make_category()
    made = [
        staff_api.post(PRODUCTS, {"name": "Чай", "sku": sku, "price": "1.00", "category": category.pk}).json()
        for sku in ("a", "b", "c")
    ]

    assert [product["slug"] for product in made] == ["chai", "chai-2", "chai-3"]


@pytest.mark.django_db
def test_number_that_is_free_again_is_used(staff_api):
    make_category(slug="chai")
    make_category(slug="chai-3")

    assert staff_api.post(CATEGORIES, {"name": "Чай"}).json()["slug"] == "chai-2"


@pytest.mark.django_db
def test_slug_of_the_longest_name_is_numbered_too(staff_api):
    category = make_category()
    name = "Щ" * 255
    made = [
        staff_api.post(PRODUCTS, {"name": name, "sku": sku, "price": "1.00", "category": category.pk}).json()[
            "slug"
        ]
        for sku in ("a", "b")
    ]

    assert made == ["shch" * 50, "shch" * 50 + "-2"]


@pytest.mark.django_db
def test_slug_stays_when_the_name_changes(staff_api):
    tea = make_category(name="Чай", slug="chai")

    response = staff_api.patch(f"{CATEGORIES}{tea.pk}/", {"name": "Кофе"})

    assert response.json()["slug"] == "chai"


@pytest.mark.django_db
def test_slug_is_found_though_somebody_is_always_a_moment_earlier(staff_api):
    def rival_first(execute, sql, params, many, context):
        if sql.startswith("SAVEPOINT"):
            make_category(slug=f"chai-{number}" if (number := Category.objects.count() + 1) > 1 else "chai")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(rival_first):
        response = staff_api.post(CATEGORIES, {"name": "Чай"})

    assert response.status_code == 201
    assert Category.objects.filter(name="Чай").get().slug == response.json()["slug"]


@pytest.mark.django_db
def test_row_that_the_database_refuses_is_a_conflict_in_the_end(staff_api):
    def refuse(execute, sql, params, many, context):
        if sql.startswith("INSERT") and '"catalog_category"' in sql:
            raise IntegrityError("catalog_category.slug")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        response = staff_api.post(CATEGORIES, {"name": "Чай"})

    assert refusal_of(response) == (400, "validation_error", [("conflict", "")])
    assert not Category.objects.exists()


@pytest.mark.django_db
def test_slug_that_somebody_took_a_moment_earlier_is_numbered():
    rivals = ["chai"]

    def rival_first(execute, sql, params, many, context):
        if sql.startswith("SAVEPOINT") and rivals:  # the slug is chosen, and about to be kept
            make_category(slug=rivals.pop())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(rival_first):
        made = create_category(name="Чай")

    assert not rivals
    assert made.slug == "chai-2"
    assert Category.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("taken", "names", "slugs"),
    [
        ([], ["Tea", "Tea", "Mug"], ["tea", "tea-2", "mug"]),
        (["tea", "tea-3"], ["Tea", "Tea", "Tea"], ["tea-2", "tea-4", "tea-5"]),
        ([], ["Tea", "Tea", "Tea 2"], ["tea", "tea-2", "tea-2-2"]),
        (["tea", *[f"tea-{number}" for number in range(2, 41)]], ["Tea", "Tea"], ["tea-41", "tea-42"]),
    ],
)
def test_slugs_of_many_names_are_free_and_differ(taken, names, slugs):
    for slug in taken:
        make_category(slug=slug)

    assert free_slugs(names, among=Category.objects.all()) == slugs


@pytest.mark.django_db
def test_slug_that_is_taken_away_is_made_anew_from_the_name():
    tea, rivals = make_category(name="Чай", slug="tea"), ["chai"]

    def rival_first(execute, sql, params, many, context):
        if sql.startswith("SAVEPOINT") and rivals:
            make_category(slug=rivals.pop())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(rival_first):
        made = update_category(tea.pk, slug="")

    assert not rivals
    assert made.slug.startswith("chai-")


# --- Many at the same moment

HANDS = 8
ROUNDS = int(os.environ.get("STORE_TEST_LIVES") or 2)


def made_at_once(make):
    """Return what each of eight hands made at the same moment, over some rounds."""
    made = []
    for number in range(ROUNDS):
        made += at_once(HANDS, lambda hand, first=number * HANDS: make(first + hand))
    return made


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_products_of_one_name_made_at_once_all_get_a_slug(staff_api):
    category = make_category()

    def make(number):
        product = {"name": "Чай", "sku": f"T-{number}", "price": "1.00", "category": category.pk}
        response = client_like(staff_api).post(PRODUCTS, product)
        return response.status_code, response.json().get("slug")

    made = made_at_once(make)

    assert {status for status, _slug in made} == {201}
    assert len({slug for _status, slug in made}) == HANDS * ROUNDS


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_categories_of_one_name_made_at_once_all_get_a_slug(staff_api):
    def make(number):
        response = client_like(staff_api).post(CATEGORIES, {"name": "Чай"})
        return response.status_code, response.json().get("slug")

    made = made_at_once(make)

    assert {status for status, _slug in made} == {201}
    assert len({slug for _status, slug in made}) == HANDS * ROUNDS


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_imports_of_one_name_at_once_all_get_slugs():
    make_category(name="Чай")

    def load(number):
        rows = "".join(f"T-{number}-{row},Чай,1.00,чай\n" for row in range(20))
        return import_products(BytesIO(f"sku,name,price,category\n{rows}".encode())).counts.created

    assert made_at_once(load) == [20] * HANDS * ROUNDS
    assert Product.objects.values("slug").distinct().count() == 20 * HANDS * ROUNDS


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_imports_at_once_make_one_category_of_a_name_in_many_spellings():
    def load(number):
        rows = f"T-{number},Чай,1.00,{['Чай', 'чай', 'ЧАЙ'][number % 3]} {number // HANDS}\n"
        return import_products(BytesIO(f"sku,name,price,category\n{rows}".encode())).counts.created

    assert made_at_once(load) == [1] * HANDS * ROUNDS
    assert Category.objects.count() == ROUNDS
    assert Product.objects.count() == HANDS * ROUNDS


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_of_many_who_make_one_sku_in_many_spellings_makes_it(staff_api):
    category = make_category()

    def make(number):
        sku = "".join(letter.upper() if number >> place & 1 else letter for place, letter in enumerate("tea"))
        product = {"name": "Чай", "sku": sku, "price": "1.00", "category": category.pk}
        return client_like(staff_api).post(PRODUCTS, product)

    answers = at_once(HANDS, make)

    assert sorted(answer.status_code for answer in answers) == [201, *[400] * (HANDS - 1)]
    assert {refusal_of(answer)[2][0] for answer in answers if answer.status_code == 400} == {
        ("unique", "/sku")
    }
    assert Product.objects.count() == 1


def client_like(api):
    """Return a client of one's own with the same token."""
    client = APIClient()
    client.credentials(**api._credentials)
    return client
