"""Jobs of pictures: files first, then the row; done once, run twice, killed, with the storage away."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.storage import storages
from rest_framework.test import APIClient

from apps.audit.models import AuditEntry
from apps.catalog.models import Product, ProductImage
from apps.catalog.services import images
from apps.catalog.stored_images import name_of
from apps.catalog.tests.factories import make_product, make_products
from apps.catalog.tests.pictures import camera_picture, opened, picture
from apps.core.file_storage import WholeFileStorage
from apps.jobs.models import CircuitState, Job
from apps.jobs.runner import run_due_jobs, run_job
from online_store.env.media import in_folders

pytestmark = pytest.mark.django_db

WIDE = picture((1300, 700))


class Killed(BaseException):
    """What a kill is to the code that it meets."""


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """Keep the files of this test apart, and return the folder of those that are served."""
    settings.STORAGES = settings.STORAGES | in_folders(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture
def saves() -> Iterator[Any]:
    """Return what every writing of a file goes through."""
    original = WholeFileStorage._save
    with patch.object(WholeFileStorage, "_save", autospec=True, side_effect=original) as save:
        yield save


def add(product: Product, content: bytes = WIDE) -> ProductImage:
    return images.add_image(product.pk, content=content, by=None)[0]


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def names(content: bytes, *widths: int) -> list[str]:
    sha256 = name_of(content)
    return sorted(f"products/{sha256[:2]}/{sha256}-{width}.webp" for width in widths)


def run_again() -> None:
    """Have the job done at once that waits for its next attempt, or whose worker was killed."""
    Job.objects.update(status="pending", lease=None, leased_until=None, run_at="2020-01-01T00:00:00Z")
    run_due_jobs()


def test_files_are_made_and_the_original_is_deleted(folder: Path):
    image = add(make_product(), camera_picture(orientation=6))
    originals = folder.with_name("media-originals")
    assert files_in(originals) == [f"products/{image.sha256[:2]}/{image.sha256}"]

    run_due_jobs()

    image.refresh_from_db()
    assert (image.status, image.width, image.height, image.problem) == ("ready", 30, 40, "")
    assert files_in(folder) == names(camera_picture(orientation=6), 30)
    assert opened((folder / files_in(folder)[0]).read_bytes()).size == (30, 40)
    assert files_in(originals) == []
    entry = AuditEntry.objects.filter(target_kind="catalog.productimage").latest("pk")
    assert (entry.actor, entry.changes) == (None, {"status": ["pending", "ready"]})


def test_store_can_keep_originals(folder: Path, settings: Any):
    settings.KEEP_ORIGINALS = True
    image = add(make_product())

    run_due_jobs()

    with storages["originals"].open(f"products/{image.sha256[:2]}/{image.sha256}") as file:
        assert file.read() == WIDE
    assert files_in(folder) == names(WIDE, 160, 480, 1200)


def test_twenty_products_with_one_picture_have_three_files(folder: Path, saves: Any):
    products = make_products(20)

    for product in products:
        add(product)
    run_due_jobs(40)

    assert files_in(folder) == names(WIDE, 160, 480, 1200)
    assert files_in(folder.with_name("media-originals")) == []
    assert set(ProductImage.objects.values_list("status", "width")) == {("ready", 1300)}
    assert saves.call_count == 20 + 3  # originals, and the files once


@pytest.mark.django_db(transaction=True)
def test_customers_see_the_picture_and_the_version_changes(api: APIClient, folder: Path):
    product = make_product()
    image = add(product)
    address = f"/api/v1/products/{product.pk}/"
    before = api.get(address)

    run_due_jobs()

    after = api.get(address)
    assert before.json()["images"] == []
    assert [shown["id"] for shown in after.json()["images"]] == [image.pk]
    assert after["ETag"] != before["ETag"]
    assert after.json()["updated_at"] > before.json()["updated_at"]
    for url in after.json()["images"][0]["urls"]:
        assert (folder / url["url"].partition("/media/")[2]).is_file()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("killed_at", [1, 2, 3, "row"])
def test_killed_worker_leaves_no_broken_link(killed_at: Any, saves: Any, api: APIClient, folder: Path):
    first, second = make_products(2)
    add(first)
    saves.reset_mock()
    original, at_row = saves.side_effect, patch("apps.catalog.handlers.show_image", side_effect=Killed)

    def save(*arguments: Any) -> str:
        if saves.call_count == killed_at:
            raise Killed
        return original(*arguments)

    saves.side_effect = save
    with pytest.raises(Killed):
        if killed_at == "row":
            with at_row:
                run_due_jobs()
        else:
            run_due_jobs()
    links = [url for product in (first, second) for url in urls_of(api, product)]
    assert links == []

    saves.side_effect = original
    add(second)
    run_again()

    for product in (first, second):
        assert all((folder / url).is_file() for url in urls_of(api, product))
        assert len(urls_of(api, product)) == 3
    assert files_in(folder) == names(WIDE, 160, 480, 1200)
    assert files_in(folder.with_name("media-originals")) == []


def test_job_may_run_twice(folder: Path):
    image = add(make_product())
    run_due_jobs()
    entries = AuditEntry.objects.count()

    run_again()

    image.refresh_from_db()
    assert image.status == "ready"
    assert set(Job.objects.values_list("status", flat=True)) == {"done"}
    assert AuditEntry.objects.count() == entries


def test_file_that_is_lost_is_made_again_by_the_next_upload(folder: Path):
    first, second = make_products(2)
    add(first)
    run_due_jobs()
    (folder / names(WIDE, 480)[0]).unlink()

    add(second)
    run_due_jobs()

    assert files_in(folder) == names(WIDE, 160, 480, 1200)


def test_damaged_picture_fails_with_its_reason(staff_api: APIClient, folder: Path):
    damaged = WIDE[:-1000]
    product = make_product()
    before = Product.objects.get().updated_at
    image = add(product, damaged)

    run_due_jobs()

    (shown,) = staff_api.get(
        f"/api/v1/admin/products/{product.pk}/images/", headers={"Accept-Language": "ru"}
    ).json()["results"]
    assert (shown["status"], shown["problem"], shown["urls"]) == ("failed", "Файл повреждён.", [])
    assert files_in(folder) == []
    assert Product.objects.get().updated_at == before
    assert Job.objects.get().status == "done"

    again, is_new = images.add_image(product.pk, content=damaged, by=None)

    assert (again.pk, again.status, again.problem, is_new) == (image.pk, "pending", "", False)
    assert Job.objects.filter(status="pending").count() == 1


def test_upload_that_is_gone_fails_after_a_few_looks(folder: Path):
    image = add(make_product())
    storages["originals"].delete(f"products/{image.sha256[:2]}/{image.sha256}")

    for attempt in range(3):
        image.refresh_from_db()
        assert (image.status, Job.objects.get().attempts) == ("pending", attempt)
        run_again()

    image.refresh_from_db()
    assert (image.status, image.problem) == ("failed", "lost")
    assert not CircuitState.objects.filter(failures__gt=0).exists()  # other pictures go on
    assert Job.objects.get().status == "done"


def test_job_waits_while_the_storage_is_away(saves: Any, folder: Path):
    image = add(make_product())
    original, saves.side_effect = saves.side_effect, OSError("No space left on device")

    run_due_jobs()

    image.refresh_from_db()
    assert (image.status, Job.objects.get().status) == ("pending", "pending")
    saves.side_effect = original
    run_again()
    image.refresh_from_db()
    assert image.status == "ready"


def test_picture_that_is_deleted_meanwhile_is_left_alone(folder: Path):
    image = add(make_product())
    image.delete()

    run_due_jobs()

    assert Job.objects.get().status == "done"
    assert files_in(folder) == []


def test_two_of_its_jobs_run_at_a_time():
    for product in make_products(3):
        add(product)
    jobs = list(Job.objects.order_by("pk"))
    Job.objects.filter(pk__in=[job.pk for job in jobs[:2]]).update(
        status="running", lease="7d1f3a52-5a56-4a1c-9c39-6f2a4b8d2c11", leased_until="2100-01-01T00:00:00Z"
    )

    assert run_job(jobs[2].pk) == 0


def urls_of(api: APIClient, product: Product) -> list[str]:
    shown = api.get(f"/api/v1/products/{product.pk}/").json()["images"]
    return [url["url"].partition("/media/")[2] for image in shown for url in image["urls"]]
