"""Pictures of products by the API: uploaded, or named by their address."""

import hashlib
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from apps.audit.models import AuditEntry
from apps.catalog.models import ProductImage
from apps.catalog.tests.factories import make_image, make_product, make_products
from apps.catalog.tests.pictures import address_of, bomb, picture, upload
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


def test_upload_is_pending_until_its_job_is_done(staff_api: APIClient, staff: User, api: APIClient):
    product = make_product()

    response = upload(staff_api, product, PNG, alt_ru="Чай", alt_en="Tea")

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
        response = upload(staff_api, product, PNG)

    assert refusal_of(response) == (503, "unavailable", [])
    assert response["Retry-After"] == "5"
    assert not ProductImage.objects.exists()
    assert upload(staff_api, product, PNG).status_code == 201


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
    first = upload(staff_api, product, PNG, alt_en="Tea")

    again = upload(staff_api, product, PNG, alt_en="Coffee")
    elsewhere = upload(staff_api, other, PNG)

    assert (first.status_code, again.status_code, elsewhere.status_code) == (201, 200, 201)
    assert again.json() == first.json()
    assert elsewhere.json()["id"] != first.json()["id"]
    run_due_jobs()
    shown = upload(staff_api, product, PNG).json()
    assert (shown["id"], shown["status"]) == (first.json()["id"], "ready")
    assert not storages["originals"].exists(f"products/{shown['sha256'][:2]}/{shown['sha256']}")


def test_twenty_pictures_are_the_most(staff_api: APIClient):
    product = make_product()
    images = [make_image(product, position=number) for number in range(20)]

    refused = upload(staff_api, product, PNG)
    by_address = staff_api.post(address_of(product), {"url": "https://shop.example/tea.jpg"})

    assert problem_of(refused) == problem(
        409, "image_limit", "The product has as many pictures as it can have.", limit=20
    )
    assert refusal_of(by_address) == (409, "image_limit", [])
    images[7].delete()
    accepted = upload(staff_api, product, PNG)
    assert (accepted.status_code, accepted.json()["position"]) == (201, 20)


def test_nobody_else_uploads(customer: User, make_user: Callable[..., User]):
    product = make_product()

    for client, status in (
        (APIClient(), 401),
        (signed_in(customer), 403),
        (signed_in(make_user(is_staff=True)), 403),
    ):
        assert upload(client, product, PNG).status_code == status
    assert not ProductImage.objects.exists()
