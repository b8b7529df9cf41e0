"""Texts of products and categories in further languages: written with the row, shown by field."""

import pytest
from django.core.exceptions import ValidationError

from apps.catalog import services
from apps.catalog.models import CategoryTranslation, Product, ProductTranslation
from apps.catalog.tests.factories import make_category, make_product, make_products
from apps.catalog.translations import write_translations_of_many
from apps.core.tests.answers import refusal_of
from apps.store.configuration_cache import current_configuration
from tests.support.audit_trail import trail

PRODUCTS, CATEGORIES = "/api/v1/products/", "/api/v1/categories/"
RUSSIAN, ENGLISH = {"Accept-Language": "ru"}, {"Accept-Language": "en"}
TEXTS = ("name", "description", "meta_title", "meta_description")

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea():
    """Return a product with texts of its own."""
    own = {"name": "Чай", "description": "Чёрный."}
    meta = {"meta_title": "Купить чай", "meta_description": "Листовой"}
    return make_product(**own, **meta, category=make_category(name="Напитки", description="Горячие."))


def texts(client, address, headers):
    body = client.get(address, headers=headers).json()
    return tuple(body[name] for name in TEXTS if name in body)


def stored():
    return set(ProductTranslation.objects.values_list("language", *TEXTS))


def test_texts_are_written_with_the_product_and_shown_field_by_field(api, staff_api, tea):
    address = f"{PRODUCTS}{tea.pk}/"

    written = staff_api.patch(
        address, {"translations": {"en": {"name": " Tea ", "meta_title": "Buy tea"}}}, headers=ENGLISH
    )

    assert written.status_code == 200
    assert [written.json()[name] for name in TEXTS] == ["Tea", "Чёрный.", "Buy tea", "Листовой"]
    assert stored() == {("en", "Tea", "", "Buy tea", "")}
    assert texts(api, address, ENGLISH) == ("Tea", "Чёрный.", "Buy tea", "Листовой")
    assert texts(api, address, RUSSIAN) == ("Чай", "Чёрный.", "Купить чай", "Листовой")
    [listed] = api.get(PRODUCTS, headers=ENGLISH).json()["results"]
    assert (listed["name"], listed["description"]) == ("Tea", "Чёрный.")


def test_product_is_made_with_its_texts(staff_api, tea):
    body = {"name": "Кофе", "sku": "C-1", "price": "1.00", "category": tea.category_id}

    made = staff_api.post(PRODUCTS, {**body, "translations": {"en": {"name": "Coffee"}}}, headers=ENGLISH)

    assert (made.status_code, made.json()["name"], made.json()["slug"]) == (201, "Coffee", "kofe")
    assert stored() == {("en", "Coffee", "", "", "")}


def test_what_is_left_out_stays_and_what_is_empty_goes(tea):
    services.update_product(tea.pk, translations={"en": {"name": "Tea", "description": "Black."}})
    services.update_product(tea.pk, translations={"en": {"description": "Green."}})
    assert stored() == {("en", "Tea", "Green.", "", "")}

    services.update_product(tea.pk, translations={"en": {"name": ""}})
    assert stored() == {("en", "", "Green.", "", "")}

    services.update_product(tea.pk, translations={"en": {"description": ""}})
    assert stored() == set()


def test_change_is_told_once_and_makes_another_version(tea):
    before = tea.updated_at
    services.update_product(tea.pk, translations={"en": {"name": "Tea"}})
    changed = Product.objects.get().updated_at
    services.update_product(tea.pk, translations={"en": {"name": "Tea"}})

    assert before < changed == Product.objects.get().updated_at
    assert [(action, changes) for action, changes, *_others in trail(tea)] == [
        ("changed", {"translations": [[], ["name_en: Tea"]]})
    ]


@pytest.mark.parametrize(
    ("texts", "error"),
    [
        ({"de": {"name": "Tee"}}, ("unknown_member", "/translations/de")),
        ({"en": {"sku": "T"}}, ("unknown_member", "/translations/en/sku")),
        ({"en": {"name": "x" * 256}}, ("max_length", "/translations/en/name")),
        ({"en": {"description": "x" * 10_001}}, ("max_length", "/translations/en/description")),
        ({"en": {"meta_description": "x" * 501}}, ("max_length", "/translations/en/meta_description")),
        ({"en": {"name": None}}, ("null", "/translations/en/name")),
        ({"en": "Tea"}, ("invalid", "/translations/en")),
        (None, ("null", "/translations")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_texts_that_cannot_be_are_refused(staff_api, tea, texts, error):
    response = staff_api.patch(f"{PRODUCTS}{tea.pk}/", {"name": "Other", "translations": texts})

    assert refusal_of(response) == (400, "validation_error", [error])
    assert (stored(), Product.objects.get().name) == (set(), "Чай")


def test_service_refuses_what_the_api_would(tea):
    for texts, pointer in (({"de": {"name": "Tee"}}, "de/name"), ({"en": {"name": "x" * 256}}, "en/name")):
        with pytest.raises(ValidationError) as refusal:
            services.update_product(tea.pk, translations=texts)
        assert list(refusal.value.error_dict) == [f"/translations/{pointer}"]
    assert stored() == set()


def test_texts_of_many_are_written_by_as_many_statements(django_assert_num_queries):
    products = make_products(30)
    write_translations_of_many({products[0]: {"en": {"name": "Old"}, "ru": {"name": "Имя"}}})

    # Read; changed and new ones written; those without a text read and deleted; what they are found by.
    with django_assert_num_queries(12):
        changes = write_translations_of_many(
            {
                product: {"en": {"name": f"Tea{number}tea"}, "ru": {"name": ""}}
                for number, product in enumerate(products)
            }
        )

    assert changes[products[0]] == [["name_en: Old", "name_ru: Имя"], ["name_en: Tea0tea"]]
    assert changes[products[1]] == [[], ["name_en: Tea1tea"]]
    assert stored() == {("en", f"Tea{number}tea", "", "", "") for number in range(30)}
    assert Product.objects.matching("tea29tea").get() == products[29]


def test_category_has_texts_too_and_its_products_show_its_name(api, staff_api, tea):
    address = f"{CATEGORIES}{tea.category_id}/"
    before = tea.category.updated_at

    written = staff_api.patch(address, {"translations": {"en": {"name": "Drinks"}}}, headers=ENGLISH)

    assert (written.json()["name"], written.json()["description"]) == ("Drinks", "Горячие.")
    assert texts(api, address, ENGLISH) == ("Drinks", "Горячие.")
    assert texts(api, address, RUSSIAN) == ("Напитки", "Горячие.")
    for headers, name in ((ENGLISH, "Drinks"), (RUSSIAN, "Напитки")):
        [listed] = api.get(PRODUCTS, headers=headers).json()["results"]
        [category] = api.get(CATEGORIES, headers=headers).json()["results"]
        detail = api.get(f"{PRODUCTS}{tea.pk}/", headers=headers).json()
        assert listed["category"] == detail["category"]
        assert (listed["category"]["name"], category["name"]) == (name, name)
    tea.category.refresh_from_db()
    assert tea.category.updated_at > before
    assert [changes for _action, changes, *_others in trail(tea.category)] == [
        {"translations": [[], ["name_en: Drinks"]]}
    ]


def test_category_is_made_with_its_texts_and_refused_with_wrong_ones(staff_api):
    made = staff_api.post(
        CATEGORIES, {"name": "Чай", "translations": {"en": {"name": "Tea"}}}, headers=ENGLISH
    )
    refused = staff_api.post(CATEGORIES, {"name": "Кофе", "translations": {"en": {"meta_title": "x"}}})

    assert (made.status_code, made.json()["name"], made.json()["slug"]) == (201, "Tea", "chai")
    assert refusal_of(refused) == (
        400,
        "validation_error",
        [("unknown_member", "/translations/en/meta_title")],
    )
    assert list(CategoryTranslation.objects.values_list("language", "name")) == [("en", "Tea")]


@pytest.mark.parametrize("has_texts", [False, True])
def test_texts_take_no_statement_of_their_own(api, tea, has_texts, django_assert_num_queries):
    if has_texts:
        services.update_product(tea.pk, translations={"en": {"name": "Tea"}})
        services.update_category(tea.category_id, translations={"en": {"name": "Drinks"}})
    current_configuration()

    for address, queries in (
        (PRODUCTS, 2),
        (f"{PRODUCTS}{tea.pk}/", 5),
        (f"{CATEGORIES}{tea.category_id}/", 1),
    ):
        with django_assert_num_queries(queries):
            assert api.get(address, headers=ENGLISH).status_code == 200


def test_translated_name_is_found(api, tea):
    services.update_product(tea.pk, translations={"en": {"name": "Evening leaves"}})

    [found] = api.get(PRODUCTS, {"search": "evening"}, headers=RUSSIAN).json()["results"]

    assert (found["id"], found["name"]) == (tea.pk, "Чай")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("through", ["list", "detail", "categories"])
def test_each_language_has_its_own_kept_response(api, tea, through):
    address = {
        "list": PRODUCTS,
        "detail": f"{PRODUCTS}{tea.pk}/",
        "categories": f"{CATEGORIES}{tea.category_id}/",
    }[through]
    services.update_product(tea.pk, translations={"en": {"name": "Tea"}})
    services.update_category(tea.category_id, translations={"en": {"name": "Drinks"}})

    first = [api.get(address, headers=headers) for headers in (RUSSIAN, ENGLISH)]
    for _time in range(3):  # the view's own way, which is learned, and then without the view
        again = [api.get(address, headers=headers) for headers in (RUSSIAN, ENGLISH)]
        assert [each.content for each in again] == [each.content for each in first]
        assert [each["Cache-Status"] for each in again] == ["OnlineStore; hit"] * 2
        assert [each["Content-Language"] for each in again] == ["ru", "en"]
    assert first[0]["ETag"] != first[1]["ETag"]
    for etag, status in ((first[0]["ETag"], 200), (first[1]["ETag"], 304)):
        asked = api.get(address, headers={**ENGLISH, "If-None-Match": etag})
        assert asked.status_code == status


@pytest.mark.django_db(transaction=True)
def test_kept_responses_go_when_texts_are_written_in_any_way(api, tea):
    address = f"{PRODUCTS}{tea.pk}/"

    def name():
        return api.get(address, headers=ENGLISH).json()["name"]

    assert name() == "Чай"
    ProductTranslation.objects.create(product=tea, language="en", name="Tea")
    assert name() == "Tea"
    ProductTranslation.objects.update(name="Leaves")
    assert name() == "Leaves"
    ProductTranslation.objects.all().delete()
    assert name() == "Чай"
    CategoryTranslation.objects.create(category=tea.category, language="en", name="Drinks")
    assert api.get(address, headers=ENGLISH).json()["category"]["name"] == "Drinks"


def test_version_is_what_its_reader_sees(staff_api, tea):
    address = f"{PRODUCTS}{tea.pk}/"
    services.update_product(tea.pk, translations={"en": {"name": "Tea"}})
    english = staff_api.get(address, headers=ENGLISH)["ETag"]

    refused = staff_api.patch(address, {"price": "2.00"}, headers={**RUSSIAN, "If-Match": english})
    written = staff_api.patch(address, {"price": "2.00"}, headers={**ENGLISH, "If-Match": english})

    assert (refused.status_code, written.status_code) == (412, 200)
    assert written["ETag"] == staff_api.get(address, headers=ENGLISH)["ETag"]
