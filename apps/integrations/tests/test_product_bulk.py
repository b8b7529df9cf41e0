"""`POST admin/products/bulk/`: products that another system creates and changes."""

from decimal import Decimal

import pytest

from apps.audit.models import AuditEntry
from apps.catalog.models import Attribute, AttributeValue, PriceChange, Product, StockMovement
from apps.catalog.services import products as services
from apps.catalog.tests.factories import make_category, make_product
from apps.integrations.product_parts import PARTS
from apps.integrations.tests.bulk import PRODUCTS, post, statuses, upsert
from apps.store.models import TaxClass

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


def trail() -> list[tuple[str, str, dict]]:
    """Return action, name and changes of what was recorded about products."""
    entries = AuditEntry.objects.filter(target_kind="catalog.product").order_by("pk")
    return [(entry.action, entry.target_name, entry.changes) for entry in entries]


def test_new_product_has_all_that_its_row_says(staff_api, staff):
    category, other = make_category(name="Honey"), make_product()

    response = upsert(
        staff_api,
        {
            "sku": "hon-1",
            "external_id": "1c-77",
            "name": "Linden  honey",
            "price": "650.00",
            "compare_at_price": "720.00",
            "category": category.pk,
            "tax_class": "none",
            "barcode": "4601234567893",
            "weight_g": 620,
            "min_quantity": 2,
            "unit": "pcs",
            "related": [other.pk],
            "stock": 40,
        },
    )

    product = Product.objects.get(sku="hon-1")
    assert response.json() == {"rows": [{"index": 0, "status": "created", "id": product.pk, "errors": []}]}
    assert response.status_code == 200
    assert (product.name, product.slug, product.external_id) == ("Linden honey", "linden-honey", "1c-77")
    assert (product.price, product.compare_at_price) == (Decimal("650.00"), Decimal("720.00"))
    assert (product.barcode, product.weight_g, product.min_quantity) == ("4601234567893", 620, 2)
    assert (product.category, product.tax_class) == (category, TaxClass.objects.get(code="none"))
    assert list(product.related_links.values_list("related_id", flat=True)) == [other.pk]
    assert list(Product.objects.matching("linden hon-1")) == [product]
    (movement,) = StockMovement.objects.filter(product=product)
    assert (product.stock, movement.kind, movement.delta) == (40, "received", 40)
    assert movement.created_by == staff
    created, related, stocked = trail()
    assert created[:2] == ("created", "Linden honey (hon-1)")
    assert created[2]["price"] == [None, "650.00"]
    assert related == ("changed", "Linden honey (hon-1)", {"related": [[], [other.pk]]})
    assert stocked == ("changed", "Linden honey (hon-1)", {"stock": [0, 40]})


def test_known_product_is_changed_in_what_its_row_says_alone(staff_api, staff):
    product = make_product(sku="HON-1", name="Honey", price="700.00", description="Dark.", stock=9)

    response = upsert(staff_api, {"sku": "hon-1", "price": "650.00", "compare_at_price": "720.00"})

    assert statuses(response) == ["updated"]
    before, product = product, Product.objects.get()
    assert (product.sku, product.price, product.lowest_price_30d) == ("hon-1", Decimal(650), Decimal(700))
    assert (product.name, product.slug, product.description, product.stock) == (
        "Honey",
        before.slug,
        "Dark.",
        9,
    )
    assert (product.created_at, product.category_id) == (before.created_at, before.category_id)
    assert product.updated_at > before.updated_at
    (change,) = PriceChange.objects.all()
    assert (change.old_price, change.new_price, change.created_by) == (Decimal(700), Decimal(650), staff)
    assert trail() == [
        (
            "changed",
            "Honey (hon-1)",
            {
                "sku": ["HON-1", "hon-1"],
                "price": ["700.00", "650.00"],
                "compare_at_price": [None, "720.00"],
            },
        )
    ]


def test_same_upsert_twice_changes_nothing_the_second_time(staff_api):
    category, other = make_category(), make_product()
    rows = [
        {
            "sku": "A-1",
            "name": "Tea",
            "price": "5.00",
            "category": category.pk,
            "tax_class": None,
            "barcode": "4601234567893",
            "description": "Black\nand strong",
            "related": [other.pk],
        },
        {"sku": "A-2", "external_id": "2", "name": "Tea", "price": "7.5", "category": category.pk},
    ]
    assert statuses(upsert(staff_api, *rows)) == ["created", "created"]
    product_rows = list(Product.objects.order_by("pk").values())
    entries = AuditEntry.objects.count()

    response = upsert(staff_api, *rows)

    assert (response.status_code, statuses(response)) == (200, ["unchanged", "unchanged"])
    assert list(Product.objects.order_by("pk").values()) == product_rows
    assert AuditEntry.objects.count() == entries
    assert not PriceChange.objects.exists()
    assert not StockMovement.objects.filter(product__sku__in=["A-1", "A-2"]).exists()


def test_product_is_known_by_its_id_in_the_other_system_before_its_sku(staff_api):
    product = make_product(sku="OLD", external_id="1c-1")

    response = upsert(staff_api, {"external_id": "1c-1", "sku": "NEW"})

    assert statuses(response) == ["updated"]
    assert list(Product.objects.values_list("pk", "sku")) == [(product.pk, "NEW")]


def test_product_known_by_its_sku_gets_an_id_in_the_other_system(staff_api):
    product = make_product(sku="A-1")

    upsert(staff_api, {"sku": "a-1 ", "external_id": "1c-1"})

    product.refresh_from_db()
    assert (product.sku, product.external_id) == ("a-1", "1c-1")


def test_related_products_alone_are_a_change(staff_api):
    product, first, second = make_product(), make_product(), make_product()
    before = product.updated_at

    responses = [
        upsert(staff_api, {"sku": product.sku, "related": related})
        for related in ([first.pk, second.pk], [second.pk], [])
    ]

    product.refresh_from_db()
    assert [statuses(response) for response in responses] == [["updated"]] * 3
    assert not product.related_links.exists()
    assert product.updated_at > before


def test_attributes_are_written_and_found(staff_api, api):
    product = make_product(sku="A-1")
    brand = Attribute.objects.get(code="brand")
    for value in ("altai", "baikal"):
        AttributeValue.objects.create(attribute=brand, value=value, name_ru=value, name_en=value.title())

    responses = [
        upsert(staff_api, {"sku": "A-1", "attributes": [{"code": "brand", "values": [value]}]})
        for value in ("altai", "baikal", "baikal")
    ]

    assert [statuses(response) for response in responses] == [["updated"], ["updated"], ["unchanged"]]
    assert [row.value.value for row in product.attributes.all()] == ["baikal"]
    assert list(Product.objects.matching("baikal")) == [product]
    assert trail()[-1] == ("changed", str(product), {"attributes": [["brand: altai"], ["brand: baikal"]]})


def test_product_is_found_by_its_new_barcode(staff_api):
    product = make_product(sku="A-1")

    upsert(staff_api, {"sku": "A-1", "barcode": "4601234567893"})

    assert list(Product.objects.matching("4601234567893")) == [product]


def test_every_part_of_a_product_is_written_in_bulk():
    assert PARTS.keys() == services.PARTS.keys()


def test_slugs_of_one_body_differ(staff_api):
    category = make_category()
    make_product(name="Tea", slug="tea")

    upsert(
        staff_api,
        *(
            {"sku": f"S-{number}", "name": "Tea", "price": "1.00", "category": category.pk, **given}
            for number, given in enumerate([{}, {"slug": "tea-3"}, {}])
        ),
    )

    slugs = Product.objects.filter(sku__startswith="S-").order_by("sku").values_list("slug", flat=True)
    assert list(slugs) == ["tea-2", "tea-3", "tea-4"]


def test_failed_rows_are_skipped_when_that_is_asked_for(staff_api):
    product, category = make_product(price="5.00"), make_category()

    response = upsert(
        staff_api,
        {"sku": "NEW", "name": "New", "category": category.pk},
        {"sku": product.sku, "price": "6.00"},
        {"sku": "ALSO", "name": "New", "price": "1.00", "category": category.pk},
        on_error="skip_failed",
    )

    created = Product.objects.get(sku="ALSO")
    assert response.status_code == 207
    assert response.json()["rows"] == [
        {
            "index": 0,
            "status": "failed",
            "id": None,
            "errors": [
                {"code": "required", "detail": "This field is required.", "pointer": "/products/0/price"}
            ],
        },
        {"index": 1, "status": "updated", "id": product.pk, "errors": []},
        {"index": 2, "status": "created", "id": created.pk, "errors": []},
    ]
    assert not Product.objects.filter(sku="NEW").exists()


@pytest.mark.parametrize(
    ("on_error", "rows"),
    [
        ("reject_all", [{"sku": "A", "price": "6.00"}, {"sku": "A-2", "price": "-1"}]),
        ("skip_failed", [{"sku": "A-2"}, {"external_id": "nobody"}]),
    ],
)
def test_nothing_is_stored_when_rows_fail_that_are_not_to_be_skipped_or_all_do(staff_api, on_error, rows):
    product = make_product(sku="A", price="5.00")
    entries = AuditEntry.objects.count()

    response = upsert(staff_api, *rows, on_error=on_error)

    refusal = response.json()
    assert (response.status_code, refusal["code"]) == (400, "bulk_rejected")
    assert {row["status"] for row in refusal["rows"]} == {"failed"}
    product.refresh_from_db()
    assert product.price == Decimal("5.00")
    assert (Product.objects.count(), AuditEntry.objects.count()) == (1, entries)


def test_key_is_obligatory_and_the_same_one_brings_the_same_answer(staff_api):
    body = {
        "on_error": "reject_all",
        "products": [{"sku": "A", "name": "A", "price": "1.00", "category": make_category().pk}],
    }

    without = staff_api.post(PRODUCTS, body)
    first = post(staff_api, PRODUCTS, body, key="one")
    again = post(staff_api, PRODUCTS, body, key="one")

    assert without.json()["code"] == "idempotency_key_required"
    assert (first.status_code, statuses(first)) == (200, ["created"])
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")


def test_key_of_a_rejected_request_can_be_used_again(staff_api):
    category = make_category()
    row = {"sku": "A", "name": "A", "category": category.pk}

    rejected = post(staff_api, PRODUCTS, {"on_error": "reject_all", "products": [row]}, key="one")
    fixed = {"on_error": "reject_all", "products": [{**row, "price": "1.00"}]}
    accepted = post(staff_api, PRODUCTS, fixed, key="one")

    assert (rejected.status_code, accepted.status_code) == (400, 200)


def test_readers_see_the_change_at_once(staff_api, api, django_capture_on_commit_callbacks):
    product = make_product(price="5.00")
    api.get(f"/api/v1/products/{product.pk}/")

    with django_capture_on_commit_callbacks(execute=True):
        upsert(staff_api, {"sku": product.sku, "price": "6.00"})

    assert api.get(f"/api/v1/products/{product.pk}/").json()["price"] == "6.00"


@pytest.mark.parametrize(
    ("permissions", "status"),
    [([], 403), (["add_product"], 403), (["change_product"], 403), (["add_product", "change_product"], 200)],
)
def test_both_permissions_are_needed(make_user, client_with_permissions, permissions, status):
    client = client_with_permissions(*permissions)

    response = upsert(client, {"sku": "A", "name": "A", "price": "1.00", "category": make_category().pk})

    assert response.status_code == status
    assert Product.objects.exists() is (status == 200)


def test_texts_in_other_languages_are_written_too_and_found(staff_api):
    product = make_product(name="Мёд")
    row = {"sku": product.sku, "translations": {"en": {"name": "Linden honey"}}}

    said = [statuses(upsert(staff_api, row)) for _time in range(2)]

    assert said == [["updated"], ["unchanged"]]
    assert list(product.translations.values_list("language", "name")) == [("en", "Linden honey")]
    assert list(Product.objects.matching("linden")) == [product]
    assert [changes for _action, _name, changes in trail()] == [
        {"translations": [[], ["name_en: Linden honey"]]}
    ]
