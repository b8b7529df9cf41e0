"""Pictures of products by the API: changed, put in order, deleted."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.audit.models import AuditEntry
from apps.catalog.models import Product, ProductImage
from apps.catalog.tests.factories import make_image, make_product
from apps.catalog.tests.pictures import address_of, picture, upload
from apps.core.tests.answers import refusal_of
from apps.users.models import User

pytestmark = pytest.mark.django_db

PNG = picture(format="PNG")
DETAIL = "It is not a JPEG, PNG or WebP picture."
USER, LOCK_AND_AUDIT = 1, 4  # with BEGIN and COMMIT


def test_texts_and_focal_point_are_changed(staff_api: APIClient, staff: User):
    image = make_image(alt_ru="Чай")
    before = Product.objects.get().updated_at
    change = {"alt_en": "Tea", "focal_x": 0.25, "focal_y": 1}

    response = staff_api.patch(address_of(image.product, image.pk), change)

    assert response.status_code == 200
    assert response.json().items() >= {"alt_ru": "Чай", **change}.items()
    assert Product.objects.get().updated_at > before
    entry = AuditEntry.objects.get(target_kind="catalog.productimage")
    assert (entry.actor, entry.changes) == (
        staff,
        {"alt_en": ["", "Tea"], "focal_x": [None, 0.25], "focal_y": [None, 1.0]},
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"focal_x": 0.5}, ("required", "/focal_y")),
        ({"focal_x": None, "focal_y": 0.5}, ("required", "/focal_x")),
        ({"focal_x": 1.5, "focal_y": 0.5}, ("max_value", "/focal_x")),
        ({"focal_x": -0.5, "focal_y": 0.5}, ("min_value", "/focal_x")),
        ({"focal_x": "0.5", "focal_y": 0.5}, ("invalid", "/focal_x")),
        ({"focal_x": True, "focal_y": 0.5}, ("invalid", "/focal_x")),
        ({"alt_en": "x" * 201}, ("max_length", "/alt_en")),
        ({"status": "ready"}, ("unknown_member", "/status")),
    ],
)
def test_wrong_changes_are_refused(staff_api: APIClient, change: dict[str, Any], fault: tuple[str, str]):
    image = make_image()
    before = ProductImage.objects.values().get()

    response = staff_api.patch(address_of(image.product, image.pk), change)

    assert refusal_of(response) == (400, "validation_error", [fault])
    assert ProductImage.objects.values().get() == before


def test_order_of_pictures_decides_which_lists_show(staff_api: APIClient, api: APIClient, staff: User):
    product = make_product()
    first, second, third = (make_image(product, position=number) for number in range(3))
    wanted = [third.pk, first.pk, second.pk]

    response = staff_api.post(address_of(product, "order"), {"ids": wanted})

    assert [(image["id"], image["position"]) for image in response.json()] == list(
        zip(wanted, range(3), strict=True)
    )
    assert [image["id"] for image in staff_api.get(address_of(product)).json()["results"]] == wanted
    assert api.get("/api/v1/products/").json()["results"][0]["image"]["id"] == third.pk
    entry = AuditEntry.objects.get(target_kind="catalog.product")
    assert (entry.actor, entry.changes) == (staff, {"images": [[first.pk, second.pk, third.pk], wanted]})


@pytest.mark.parametrize(
    "ids_of", [lambda ids: ids[:1], lambda ids: [*ids, ids[0]], lambda ids: [*ids, 10**9]]
)
def test_order_names_each_picture_once(staff_api: APIClient, ids_of: Callable[[list[int]], list[int]]):
    product = make_product()
    ids = [make_image(product, position=number).pk for number in range(2)]

    response = staff_api.post(address_of(product, "order"), {"ids": ids_of(ids)})

    assert refusal_of(response) == (400, "validation_error", [("invalid", "/ids")])
    assert list(product.images.values_list("pk", flat=True)) == ids
    assert not AuditEntry.objects.filter(target_kind="catalog.product").exists()


def test_deleted_picture_is_gone_from_the_product(staff_api: APIClient, api: APIClient, staff: User):
    image = make_image()

    response = staff_api.delete(address_of(image.product, image.pk))

    assert response.status_code == 204
    assert api.get(f"/api/v1/products/{image.product_id}/").json()["images"] == []
    entry = AuditEntry.objects.get(target_kind="catalog.productimage")
    assert (entry.actor, entry.action, entry.target_id) == (staff, "deleted", image.pk)


def test_pictures_of_other_products_are_not_found(staff_api: APIClient):
    image, other = make_image(), make_product()

    for response in (
        staff_api.patch(address_of(other, image.pk), {}),
        staff_api.delete(address_of(other, image.pk)),
        staff_api.get(address_of(Product(pk=10**9))),
        upload(staff_api, Product(pk=10**9), PNG),
        staff_api.post(address_of(Product(pk=10**9)), {"url": "https://shop.example/tea.jpg"}),
    ):
        assert refusal_of(response) == (404, "not_found", [])
    assert ProductImage.objects.get() == image


@pytest.mark.parametrize("images", [0, 18])
def test_statements_do_not_grow_with_the_pictures(
    staff_api: APIClient, images: int, django_assert_num_queries: Any
):
    product = make_product()
    for number in range(images):
        make_image(product, position=number)

    shown = make_image(product, position=images)
    ids = [shown.pk, *product.images.exclude(pk=shown.pk).values_list("pk", flat=True)]

    with django_assert_num_queries(USER + LOCK_AND_AUDIT + 8):
        added = upload(staff_api, product, PNG)
    with django_assert_num_queries(USER + LOCK_AND_AUDIT + 3):
        staff_api.patch(address_of(product, shown.pk), {"alt_en": "Tea"})
    with django_assert_num_queries(USER + 3):
        staff_api.get(address_of(product))
    with django_assert_num_queries(USER + LOCK_AND_AUDIT + 3):
        staff_api.post(address_of(product, "order"), {"ids": [added.json()["id"], *ids]})
    with django_assert_num_queries(USER + LOCK_AND_AUDIT + 4):
        staff_api.delete(address_of(product, shown.pk))
