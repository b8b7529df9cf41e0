"""Pictures of products by the API: uploaded, changed, put in order, deleted."""

import hashlib
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from apps.audit.models import AuditEntry
from apps.catalog.models import Product, ProductImage
from apps.catalog.tests.factories import make_image, make_product, make_products
from apps.catalog.tests.pictures import bomb, picture
from apps.core.file_storage import WholeFileStorage
from apps.core.tests.answers import problem, problem_of, refusal_of
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.users.models import User
from conftest import signed_in

pytestmark = pytest.mark.django_db

PNG = picture(format="PNG")
DETAIL = "It is not a JPEG, PNG or WebP picture."
USER, LOCK_AND_AUDIT = 1, 4  # with BEGIN and COMMIT
ENGLISH = {"Accept-Language": "en"}


def address_of(product: Product, *rest: Any) -> str:
    return "/".join(map(str, (f"/api/v1/admin/products/{product.pk}/images", *rest, "")))


def upload(client: APIClient, product: Product, content: bytes = PNG, **members: Any) -> Any:
    form = {"file": SimpleUploadedFile("photo.jpg", content), **members}
    return client.post(address_of(product), form, format="multipart", headers=ENGLISH)


def test_upload_is_pending_until_its_job_is_done(staff_api: APIClient, staff: User, api: APIClient):
    product = make_product()

    response = upload(staff_api, product, alt_ru="Чай", alt_en="Tea")

    assert response.status_code == 201
    shown = response.json()
    sha256 = hashlib.sha256(PNG).hexdigest()
    assert shown == {
        "id": shown["id"],
        "position": 0,
        "status": "pending",
        "problem": "",
        "alt_ru": "Чай",
        "alt_en": "Tea",
        "focal_x": None,
        "focal_y": None,
        "width": None,
        "height": None,
        "bytes": len(PNG),
        "sha256": sha256,
        "source_url": "",
        "urls": [],
        "created_at": shown["created_at"],
    }
    assert api.get(f"/api/v1/products/{product.pk}/").json()["images"] == []
    (job,) = Job.objects.all()
    assert (job.kind, job.subject, job.arguments) == (
        "image",
        f"product:{product.pk}",
        {"image_id": shown["id"]},
    )
    entry = AuditEntry.objects.get(target_kind="catalog.productimage")
    assert (entry.actor, entry.action, entry.target_id) == (staff, "created", shown["id"])
    assert entry.changes["sha256"] == [None, sha256]

    assert run_due_jobs() == 1

    (listed,) = staff_api.get(address_of(product)).json()["results"]
    begin = f"http://127.0.0.1:8000/media/products/{sha256[:2]}/{sha256}"
    assert listed == {
        **shown,
        "status": "ready",
        "width": 40,
        "height": 30,
        "urls": [{"width": 40, "url": f"{begin}-40.webp"}],
    }


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"GIF89a" + bytes(100), DETAIL),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', DETAIL),
        (b"", DETAIL),
        (PNG[:20], "It is damaged."),
        (
            bomb(13_000, 8),
            "It is too large: at most 10 MB, 40 megapixels (WebP: 16) and 12,000 pixels on each side.",
        ),
    ],
    ids=["GIF", "SVG", "nothing", "truncated", "bomb"],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(staff_api: APIClient, content: bytes, detail: str):
    product = make_product()

    response = upload(staff_api, product, content)

    assert problem_of(response) == problem(400, "image_invalid", detail)
    assert not ProductImage.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize("size", [10 * 1024 * 1024 + 1, 11_000_000])
def test_more_than_ten_megabytes_are_refused(staff_api: APIClient, size: int):
    product = make_product()

    response = upload(staff_api, product, PNG + bytes(size - len(PNG)))

    assert refusal_of(response) == (413, "body_too_large", [])
    assert not ProductImage.objects.exists()


def test_upload_while_the_storage_is_away_may_be_repeated(staff_api: APIClient):
    product = make_product()

    with patch.object(WholeFileStorage, "_save", side_effect=OSError("No space left on device")):
        response = upload(staff_api, product)

    assert refusal_of(response) == (503, "unavailable", [])
    assert response["Retry-After"] == "5"
    assert not ProductImage.objects.exists()
    assert upload(staff_api, product).status_code == 201


def test_json_bodies_are_as_small_as_everywhere(staff_api: APIClient):
    body = {"url": "https://shop.example/" + "x" * 512 * 1024}

    response = staff_api.post(address_of(make_product()), body)

    assert refusal_of(response) == (413, "body_too_large", [])


def test_forms_are_read_for_uploads_only(staff_api: APIClient):
    image = make_image()
    form = {"alt_en": "Tea"}

    for method, address in (
        (staff_api.patch, address_of(image.product, image.pk)),
        (staff_api.post, address_of(image.product, "order")),
        (staff_api.post, "/api/v1/products/"),
    ):
        response = method(address, form, format="multipart")
        assert refusal_of(response) == (415, "unsupported_media_type", [])


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"name": "Tea"}, ("unknown_member", "/name")),
        ({"alt_en": "x" * 201}, ("max_length", "/alt_en")),
        ({"alt_en": ["Tea", "Coffee"]}, ("duplicate_member", "/alt_en")),
        ({"file": "text"}, ("invalid", "/file")),
    ],
)
def test_forms_are_as_strict_as_json(staff_api: APIClient, members: dict[str, Any], fault: tuple[str, str]):
    form = {"file": SimpleUploadedFile("photo.jpg", PNG), **members}

    response = staff_api.post(address_of(make_product()), form, format="multipart")

    assert refusal_of(response) == (400, "validation_error", [fault])
    assert not ProductImage.objects.exists()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, ("required", "/url")),
        ({"url": "http://shop.example/tea.jpg"}, ("invalid", "/url")),
        ({"url": "file:///etc/passwd"}, ("invalid", "/url")),
        ({"url": "https://"}, ("invalid", "/url")),
        ({"url": "https://shop.example/" + "x" * 2000}, ("max_length", "/url")),
        ({"url": 5}, ("invalid", "/url")),
    ],
)
def test_address_has_to_be_one_of_https(staff_api: APIClient, body: Any, fault: tuple[str, str]):
    response = staff_api.post(address_of(make_product()), body)

    assert refusal_of(response) == (400, "validation_error", [fault])
    assert not ProductImage.objects.exists()


def test_address_is_fetched_by_a_job(staff_api: APIClient):
    product = make_product()

    response = staff_api.post(address_of(product), {"url": "https://shop.example/tea.jpg", "alt_en": "Tea"})
    again = staff_api.post(address_of(product), {"url": "https://shop.example/tea.jpg"})

    assert (response.status_code, again.status_code) == (201, 200)
    assert again.json() == response.json()
    assert response.json()["source_url"] == "https://shop.example/tea.jpg"
    (job,) = Job.objects.all()
    assert (job.kind, job.subject) == ("fetch_image", f"product:{product.pk}")


def test_same_picture_again_is_the_one_that_is_there(staff_api: APIClient):
    product, other = make_products(2)
    first = upload(staff_api, product, alt_en="Tea")

    again = upload(staff_api, product, alt_en="Coffee")
    elsewhere = upload(staff_api, other)

    assert (first.status_code, again.status_code, elsewhere.status_code) == (201, 200, 201)
    assert again.json() == first.json()
    assert elsewhere.json()["id"] != first.json()["id"]
    run_due_jobs()
    shown = upload(staff_api, product).json()
    assert (shown["id"], shown["status"]) == (first.json()["id"], "ready")
    assert not storages["originals"].exists(f"products/{shown['sha256'][:2]}/{shown['sha256']}")


def test_twenty_pictures_are_the_most(staff_api: APIClient):
    product = make_product()
    images = [make_image(product, position=number) for number in range(20)]

    refused = upload(staff_api, product)
    by_address = staff_api.post(address_of(product), {"url": "https://shop.example/tea.jpg"})

    assert problem_of(refused) == problem(
        409, "image_limit", "The product has as many pictures as it can have.", limit=20
    )
    assert refusal_of(by_address) == (409, "image_limit", [])
    images[7].delete()
    accepted = upload(staff_api, product)
    assert (accepted.status_code, accepted.json()["position"]) == (201, 20)


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

    response = staff_api.patch(address_of(image.product, image.pk), change)

    assert refusal_of(response) == (400, "validation_error", [fault])
    assert ProductImage.objects.values().get() == {**ProductImage.objects.filter(pk=image.pk).values()[0]}


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
        upload(staff_api, Product(pk=10**9)),
        staff_api.post(address_of(Product(pk=10**9)), {"url": "https://shop.example/tea.jpg"}),
    ):
        assert refusal_of(response) == (404, "not_found", [])
    assert ProductImage.objects.get() == image


def test_nobody_else_uploads(customer: User, make_user: Callable[..., User]):
    product = make_product()

    for client, status in (
        (APIClient(), 401),
        (signed_in(customer), 403),
        (signed_in(make_user(is_staff=True)), 403),
    ):
        assert upload(client, product).status_code == status
    assert not ProductImage.objects.exists()


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
        added = upload(staff_api, product)
    with django_assert_num_queries(USER + LOCK_AND_AUDIT + 3):
        staff_api.patch(address_of(product, shown.pk), {"alt_en": "Tea"})
    with django_assert_num_queries(USER + 3):
        staff_api.get(address_of(product))
    with django_assert_num_queries(USER + LOCK_AND_AUDIT + 3):
        staff_api.post(address_of(product, "order"), {"ids": [added.json()["id"], *ids]})
    with django_assert_num_queries(USER + LOCK_AND_AUDIT + 4):
        staff_api.delete(address_of(product, shown.pk))
