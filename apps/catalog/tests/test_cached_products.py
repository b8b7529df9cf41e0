"""Cached responses about products: after any write, by anyone, the next read shows it."""

import pytest
from django.urls import reverse

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_category, make_product, put_back, take_stock
from apps.core.tests.answers import refusal_of

URL = "/api/v1/products/"

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]


def names(page):
    return [product["name"] for product in page["results"]]


# --- A product is renamed


def patch_product(office, product):
    assert office.api.patch(f"{URL}{product.pk}/", {"name": "New"}).status_code == 200


def put_product(office, product):
    body = {"name": "New", "sku": product.sku, "price": "10.00", "category": product.category_id}
    assert office.api.put(f"{URL}{product.pk}/", body).status_code == 200


def save_product(office, product):
    product.name = "New"
    product.save()


def update_product(office, product):
    Product.objects.filter(pk=product.pk).update(name="New")


def update_products_of_category(office, product):
    product.category.products.update(name="New")


def bulk_update_product(office, product):
    product.name = "New"
    Product.objects.bulk_update([product], ["name"])


def upsert_product(office, product):
    product.name = "New"
    Product.objects.bulk_create(
        [product], update_conflicts=True, unique_fields=["sku"], update_fields=["name"]
    )


def update_or_create_product(office, product):
    Product.objects.update_or_create(sku=product.sku, defaults={"name": "New"})


def import_product(office, product):
    office.import_file(f"{product.sku},New,10.00,{product.category.name}")


def send_product_form(office, product):
    office.send_form(reverse("admin:catalog_product_change", args=[product.pk]), name="New")


@pytest.mark.parametrize(
    "rename",
    [
        patch_product,
        put_product,
        save_product,
        update_product,
        update_products_of_category,
        bulk_update_product,
        upsert_product,
        update_or_create_product,
        import_product,
        send_product_form,
    ],
)
def test_renamed_product_shows_in_the_next_read(office, api, kept, rename):
    product = make_product(name="Old")
    detail = f"{URL}{product.pk}/"
    assert names(kept(URL)) == ["Old"]
    assert kept(detail)["name"] == "Old"

    rename(office, product)

    assert names(api.get(URL).json()) == ["New"]
    assert api.get(detail).json()["name"] == "New"


# --- A product comes


def post_product(office, category):
    body = {"name": "New", "sku": "NEW", "price": "1.00", "category": category.pk}
    assert office.api.post(URL, body).status_code == 201


def create_product(office, category):
    make_product(name="New", category=category)


def bulk_create_product(office, category):
    Product.objects.bulk_create([Product(name="New", slug="new", sku="NEW", price="1.00", category=category)])


def import_new_product(office, category):
    office.import_file(f"NEW,New,1.00,{category.name}")


def add_product_in_admin(office, category):
    office.send_form(
        reverse("admin:catalog_product_add"),
        name="New",
        sku="NEW",
        price="1.00",
        stock="5",
        category=category.pk,
        is_active="on",
    )


@pytest.mark.parametrize(
    "add", [post_product, create_product, bulk_create_product, import_new_product, add_product_in_admin]
)
def test_new_product_shows_in_the_next_read(office, api, kept, add):
    category = make_category()
    assert names(kept(URL)) == []
    assert names(kept(f"{URL}?search=new")) == []

    add(office, category)

    assert names(api.get(URL).json()) == ["New"]
    assert names(api.get(f"{URL}?search=new").json()) == ["New"]


# --- A product goes


def delete_product_by_api(office, product):
    assert office.api.delete(f"{URL}{product.pk}/").status_code == 204


def deactivate_product(office, product):
    product.is_active = False
    product.save()


def deactivate_products(office, product):
    Product.objects.filter(pk=product.pk).update(is_active=False)


def delete_product_row(office, product):
    product.delete()


def delete_product_rows(office, product):
    Product.objects.filter(pk=product.pk).delete()


def deactivate_product_in_admin(office, product):
    office.send_form(reverse("admin:catalog_product_change", args=[product.pk]), is_active="")


@pytest.mark.parametrize(
    "remove",
    [
        delete_product_by_api,
        deactivate_product,
        deactivate_products,
        delete_product_row,
        delete_product_rows,
        deactivate_product_in_admin,
    ],
)
def test_product_that_went_is_gone_in_the_next_read(office, api, kept, remove):
    product = make_product(stock=0)
    detail = f"{URL}{product.pk}/"
    assert kept(URL)["count"] == 1
    assert kept(detail)["id"] == product.pk

    remove(office, product)

    assert api.get(URL).json()["count"] == 0
    assert refusal_of(api.get(detail)) == (404, "not_found", [])


# --- Stock movements


def post_movement(office, product):
    address = f"/api/v1/admin/products/{product.pk}/stock-movements/"
    assert office.api.post(address, {"delta": -7, "reason": "broken"}).status_code == 201


def sell(office, product):
    take_stock({product.pk: 7})


def cancel(office, product):
    Product.objects.filter(pk=product.pk).update(stock=86)
    put_back({product.pk: 7})


def import_stock(office, product):
    row = f"{product.sku},{product.name},10.00,{product.category.name},93"
    office.import_file(row, heading="sku,name,price,category,stock")


def adjust_stock_in_admin(office, product):
    address = reverse("admin:catalog_product_stock", args=[product.pk])
    office.send(address, {"delta": "-7", "reason": "broken"})


@pytest.mark.parametrize("move", [post_movement, sell, cancel, import_stock, adjust_stock_in_admin])
def test_moved_stock_shows_in_the_next_read(office, api, kept, move):
    product = make_product(stock=100)
    detail = f"{URL}{product.pk}/"
    assert kept(detail)["stock"] == 100
    assert [row["stock"] for row in kept(URL)["results"]] == [100]

    move(office, product)

    assert api.get(detail).json()["stock"] == 93
    assert [row["stock"] for row in api.get(URL).json()["results"]] == [93]
