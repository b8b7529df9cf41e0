"""Pictures that are fetched from an address: what becomes of their content."""

from pathlib import Path
from typing import Any

import pytest

from apps.catalog.exceptions import ImageProblem
from apps.catalog.models import ProductImage, StoredImage
from apps.catalog.services import images
from apps.catalog.stored_images import name_of
from apps.catalog.tests.factories import make_product
from apps.catalog.tests.pictures import picture
from apps.core.guarded_fetch import FetchProblem
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from online_store.env.media import in_folders

pytestmark = pytest.mark.django_db

WIDE = picture((1300, 700))


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """Keep the files of this test apart, and return the folder of those that are served."""
    settings.STORAGES = settings.STORAGES | in_folders(tmp_path / "media")
    return tmp_path / "media"


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_fetched_content_becomes_a_picture(folder: Path):
    product = make_product()
    image, _is_new = images.add_image_from_url(product.pk, url="https://shop.example/tea.jpg", by=None)
    Job.objects.update(status="done")

    for _time in range(2):  # the job that fetches may run twice
        images.take_content(image.pk, WIDE)
    run_due_jobs()

    image.refresh_from_db()
    assert (image.status, image.sha256, image.bytes) == ("ready", name_of(WIDE), len(WIDE))
    assert Job.objects.filter(kind="image").count() == 1
    assert len(files_in(folder)) == 3


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"<html>Not found</html>", "format"), (WIDE[:30], "unreadable"), (WIDE, "duplicate")],
)
def test_fetched_content_that_cannot_be_shown_fails(content: bytes, problem: str):
    product = make_product()
    images.add_image(product.pk, content=WIDE, by=None)
    image, _is_new = images.add_image_from_url(product.pk, url="https://shop.example/tea.jpg", by=None)

    images.take_content(image.pk, content)

    image.refresh_from_db()
    assert (image.status, image.problem, image.sha256) == ("failed", problem, None)


def test_address_that_has_failed_is_fetched_again():
    product, url = make_product(), "https://shop.example/tea.jpg"
    image, _is_new = images.add_image_from_url(product.pk, url=url, by=None)
    images.fail_image(image.pk, FetchProblem.REFUSED)

    again, is_new = images.add_image_from_url(product.pk, url=url, by=None)

    assert (again.pk, again.status, is_new) == (image.pk, "pending", False)
    assert list(Job.objects.values_list("kind", flat=True)) == ["fetch_image"] * 2


def test_content_that_had_failed_is_taken_when_it_is_fetched_again():
    image, _is_new = images.add_image_from_url(make_product().pk, url="https://shop.example/t.jpg", by=None)
    images.take_content(image.pk, WIDE)
    images.fail_image(image.pk, ImageProblem.LOST)
    images.add_image_from_url(image.product_id, url="https://shop.example/t.jpg", by=None)

    images.take_content(image.pk, WIDE)

    image.refresh_from_db()
    assert (image.status, image.sha256) == ("pending", name_of(WIDE))
    assert list(Job.objects.order_by("pk").values_list("kind", flat=True)) == ["fetch_image", "image"] * 2


def test_content_of_a_deleted_picture_is_not_taken():
    image, _is_new = images.add_image_from_url(make_product().pk, url="https://shop.example/t.jpg", by=None)
    image.delete()

    images.take_content(image.pk, WIDE)

    assert not ProductImage.objects.exists()
    assert StoredImage.objects.get().pk == name_of(WIDE)  # which the sweep deletes
