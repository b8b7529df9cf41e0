"""The nightly sweep of files of pictures: what is needed stays, and what is not needed goes."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from apps.catalog.models import Product, ProductImage, StoredImage
from apps.catalog.services import images
from apps.catalog.stored_images import keep_original, name_of, sweep_images
from apps.catalog.tests.factories import make_product, make_products
from apps.catalog.tests.pictures import picture
from apps.core.exceptions import WriteConflict
from apps.core.file_storage import WholeFileStorage
from apps.jobs.maintenance import run_maintenance
from apps.jobs.runner import run_due_jobs
from online_store.env.media import in_folders

pytestmark = pytest.mark.django_db

WIDE = picture((1300, 700))
FILES = 3
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def count_files(settings: Any, tmp_path: Path) -> Callable[[], int]:
    """Keep the files of this test apart, and return a function that counts them, of both storages."""
    settings.STORAGES = settings.STORAGES | in_folders(tmp_path / "media")
    return lambda: sum(path.is_file() for path in tmp_path.rglob("*"))


def add(product: Product, content: bytes = WIDE) -> ProductImage:
    image = images.add_image(product.pk, content=content, by=None)[0]
    run_due_jobs()
    return image


def swept_after(time: timedelta) -> int:
    with time_machine.travel(timezone.now() + time, tick=False):
        return sweep_images()


def test_files_stay_while_a_product_has_the_picture(count_files: Callable[[], int]):
    first, second = make_products(2)
    image = add(first)
    add(second)
    images.delete_image(image.pk, product_id=first.pk, by=None)

    assert swept_after(30 * DAY) == 0
    assert count_files() == FILES


@pytest.mark.parametrize("way", ["service", "product"])
def test_files_go_a_day_after_the_last_product_has_lost_the_picture(way: str, count_files: Callable[[], int]):
    product = make_product(stock=0)  # rows of the ledger of stock would keep it
    image = add(product)
    with time_machine.travel(timezone.now() + 30 * DAY, tick=False):
        if way == "service":
            images.delete_image(image.pk, product_id=product.pk, by=None)
        else:
            product.delete()

    assert swept_after(30 * DAY + DAY - MINUTE) == 0
    assert count_files() == FILES
    assert swept_after(30 * DAY + DAY + MINUTE) == 1
    assert count_files() == 0
    assert not StoredImage.objects.exists()


def test_upload_that_no_picture_came_of_goes(count_files: Callable[[], int]):
    keep_original(WIDE)

    assert swept_after(DAY - MINUTE) == 0
    assert count_files() == 1
    assert swept_after(DAY + MINUTE) == 1
    assert count_files() == 0


def test_upload_of_a_picture_that_has_failed_goes(count_files: Callable[[], int]):
    image = add(make_product(), WIDE[:-1000])
    assert count_files() == 1

    assert swept_after(DAY + MINUTE) == 1

    image.refresh_from_db()
    assert image.status == "failed"
    assert count_files() == 0


def test_picture_that_comes_back_within_the_day_keeps_its_files(count_files: Callable[[], int]):
    product = make_product()
    image = add(product)
    images.delete_image(image.pk, product_id=product.pk, by=None)
    with time_machine.travel(timezone.now() + DAY - MINUTE, tick=False):
        keep_original(WIDE)  # the upload goes on

    assert swept_after(DAY + MINUTE) == 0
    assert count_files() == FILES + 1


def test_picture_that_comes_back_later_is_made_anew(count_files: Callable[[], int], api: APIClient):
    product = make_product()
    image = add(product)
    images.delete_image(image.pk, product_id=product.pk, by=None)
    swept_after(DAY + MINUTE)

    assert add(product).sha256 == image.sha256
    assert count_files() == FILES


def test_upload_meets_the_sweep_of_the_same_picture(staff_api: APIClient, count_files: Callable[[], int]):
    keep_original(WIDE)
    StoredImage.objects.update(deleting_since=timezone.now())

    with pytest.raises(WriteConflict):
        images.add_image(make_product().pk, content=WIDE, by=None)

    assert not ProductImage.objects.exists()


def test_sweep_that_was_killed_is_finished_by_the_next(count_files: Callable[[], int]):
    product = make_product()
    image = add(product)
    images.delete_image(image.pk, product_id=product.pk, by=None)

    with patch.object(WholeFileStorage, "delete", side_effect=OSError("away")):
        assert swept_after(DAY + MINUTE) == 0
    assert count_files() == FILES

    assert swept_after(DAY + 2 * MINUTE) == 0  # another may be at it
    assert swept_after(2 * DAY) == 1
    assert count_files() == 0


def test_upload_takes_a_picture_over_whose_sweep_was_killed(count_files: Callable[[], int]):
    keep_original(WIDE)
    StoredImage.objects.update(deleting_since=timezone.now() - DAY)

    image = add(make_product())

    image.refresh_from_db()
    assert image.status == "ready"
    assert StoredImage.objects.get(pk=name_of(WIDE)).deleting_since is None


def test_maintenance_sweeps(count_files: Callable[[], int]):
    keep_original(WIDE)

    with time_machine.travel(timezone.now() + DAY + MINUTE, tick=False):
        run_maintenance()

    assert count_files() == 0
