"""Services of pictures. A job makes their files; only then customers see them (`handlers.py`).

All are under the product's lock. What customers see of a product has changed when this returns: so has its
`updated_at`.
"""

import logging
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.audit.models import Action
from apps.audit.services import (
    changes_between,
    changes_from_nothing,
    changes_to_nothing,
    record,
    record_change,
    values_of,
)
from apps.catalog.exceptions import ImageInvalid, ImageLimit, ImageProblem, StorageUnavailable
from apps.catalog.image_headers import image_header
from apps.catalog.jobs import FETCH_IMAGE, IMAGE, job_of_image
from apps.catalog.models import MAX_IMAGES, ImageStatus, Product, ProductImage, StoredImage
from apps.catalog.stored_images import keep_original, name_of
from apps.core.database.transactions import retried_atomic
from apps.core.guarded_fetch import FetchProblem
from apps.jobs.services import JobSpec, enqueue
from apps.users.models import User

logger = logging.getLogger(__name__)

FOCAL = ("focal_x", "focal_y")


def add_image(
    product_id: int, *, content: bytes, alt_ru: str = "", alt_en: str = "", by: User | None
) -> tuple[ProductImage, bool]:
    """Give the product one more picture, from the bytes of its file; tell whether it is new.

    The same picture a second time is the one that the product has, which is tried again if it had failed.
    Raises Product.DoesNotExist, ImageInvalid, ImageLimit, StorageUnavailable, and ValidationError for an
    alternative text.
    """
    image_header(content)
    product = Product.objects.only("pk").get(pk=product_id)
    shown = product.images.ready().filter(sha256=name_of(content)).first()
    if shown is not None:
        return shown, False
    try:
        sha256 = keep_original(content)
    except OSError as error:
        logger.exception("The storage of pictures does not take an upload")
        raise StorageUnavailable from error
    image = ProductImage(bytes=len(content), sha256=sha256, alt_ru=alt_ru, alt_en=alt_en)
    return _added(product_id, image, by)


def add_image_from_url(
    product_id: int, *, url: str, alt_ru: str = "", alt_en: str = "", by: User | None
) -> tuple[ProductImage, bool]:
    """Give the product one more picture, which a job fetches from the address; tell whether it is new.

    The same address a second time is the picture that the product has from there, which is tried again if it
    had failed. Raises Product.DoesNotExist, ImageLimit, and ValidationError.
    """
    return _added(product_id, ProductImage(source_url=url, alt_ru=alt_ru, alt_en=alt_en), by)


@retried_atomic
def _added(product_id: int, image: ProductImage, by: User | None) -> tuple[ProductImage, bool]:
    product = _locked(product_id)
    images = list(product.images.all())
    field = "sha256" if image.sha256 else "source_url"
    for known in images:
        if getattr(known, field) == getattr(image, field):
            _try_again(known, image, by)
            return known, False
    if len(images) >= MAX_IMAGES:
        raise ImageLimit(MAX_IMAGES)
    image.pk, image.product = None, product
    image.position = max((each.position + 1 for each in images), default=0)
    image.full_clean(exclude=["product"], validate_unique=False, validate_constraints=False)
    image.save(force_insert=True)
    record(Action.CREATED, image, changes_from_nothing(_audited(image)), by=by)
    enqueue(_job_of(image))
    return image, True


def take_content(image_id: int, content: bytes) -> None:
    """Take what was fetched for a picture; a job then makes its files.

    A picture that is deleted meanwhile, or has its content, stays as it is. One that cannot be shown, or that
    the product has already, fails.
    """
    try:
        image_header(content)
    except ImageInvalid as refusal:
        fail_image(image_id, refusal.problem)
        return
    image = ProductImage.objects.filter(pk=image_id).first()
    is_known = image is not None and _has(image, name_of(content))  # then nothing more is kept of it
    if is_known or not _taken(image_id, keep_original(content), len(content)):
        fail_image(image_id, ImageProblem.DUPLICATE)


@retried_atomic
def _taken(image_id: int, sha256: str, size: int) -> bool:
    image = _locked_image(image_id)
    if image is None or image.status != ImageStatus.PENDING or image.sha256:
        return True
    if _has(image, sha256):
        return False
    _write(image, {"sha256": sha256, "bytes": size}, None)
    enqueue(job_of_image(image).again())  # one that has failed may be fetched anew
    return True


def _has(image: ProductImage, sha256: str) -> bool:
    """Tell whether another picture of its product has this content."""
    others = ProductImage.objects.filter(product=image.product_id).exclude(pk=image.pk)
    return others.filter(sha256=sha256).exists()


@retried_atomic
def show_image(image_id: int, *, width: int, height: int) -> None:
    """Show customers a pending picture of this size (pixels), whose files are there."""
    image = _locked_image(image_id)
    if image is not None and image.status == ImageStatus.PENDING:
        _write(image, {"status": ImageStatus.READY, "width": width, "height": height}, None)
        _touch(image.product)


@retried_atomic
def fail_image(image_id: int, problem: ImageProblem | FetchProblem) -> None:
    """Note why a pending picture cannot be shown."""
    image = _locked_image(image_id)
    if image is not None and image.status == ImageStatus.PENDING:
        _write(image, {"status": ImageStatus.FAILED, "problem": problem}, None)
        if image.sha256:
            StoredImage.objects.release(image.sha256)


@retried_atomic
def change_image(image_id: int, *, product_id: int, by: User | None, **changes: Any) -> ProductImage:
    """Change the alternative texts or the focal point of a product's picture.

    Raises Product.DoesNotExist, ProductImage.DoesNotExist, and ValidationError.
    """
    product = _locked(product_id)
    image: ProductImage = product.images.get(pk=image_id)
    if _write(image, changes, by) and image.status == ImageStatus.READY:
        _touch(product)
    return image


@retried_atomic
def delete_image(image_id: int, *, product_id: int, by: User | None) -> None:
    """Delete a product's picture. Its files stay for a day, and as long as other products have them.

    Raises Product.DoesNotExist and ProductImage.DoesNotExist.
    """
    product = _locked(product_id)
    image: ProductImage = product.images.get(pk=image_id)
    record(Action.DELETED, image, changes_to_nothing(_audited(image)), by=by)
    image.delete()
    if image.status == ImageStatus.READY:
        _touch(product)


@retried_atomic
def order_images(product_id: int, image_ids: Sequence[int], *, by: User | None) -> list[ProductImage]:
    """Put the product's pictures in this order and return them.

    Raises Product.DoesNotExist, and ValidationError unless each of its pictures is named once.
    """
    product = _locked(product_id)
    images = {image.pk: image for image in product.images.all()}
    before = list(images)
    if sorted(image_ids) != sorted(before):
        text = _("Name each picture of the product, and each once.")
        raise ValidationError({"ids": ValidationError(text, code="invalid")})
    ordered = [images[image_id] for image_id in image_ids]
    if before != list(image_ids):
        for position, image in enumerate(ordered):
            image.position = position
        ProductImage.objects.bulk_update(ordered, ["position"])
        record_change(product, {"images": [before, list(image_ids)]}, by=by)
        _touch(product)
    return ordered


def _try_again(failed: ProductImage, image: ProductImage, by: User | None) -> None:
    if failed.status == ImageStatus.FAILED:
        _write(failed, {"status": ImageStatus.PENDING, "problem": "", "sha256": image.sha256}, by)
        enqueue(_job_of(failed).again())


def _job_of(image: ProductImage) -> JobSpec:
    return job_of_image(image, IMAGE if image.sha256 else FETCH_IMAGE)


def _write(image: ProductImage, changes: dict[str, Any], by: User | None) -> bool:
    """Write what is changed of the picture, and tell whether anything is. Raises ValidationError."""
    before = _audited(image)
    changed = [name for name, value in changes.items() if getattr(image, name) != value]
    for name in changed:
        setattr(image, name, changes[name])
    if not changed:
        return False
    image.full_clean(exclude=["product"], validate_unique=False, validate_constraints=False)
    if (image.focal_x is None) != (image.focal_y is None):
        missing = FOCAL[0] if image.focal_x is None else FOCAL[1]
        text = _("A focal point has both x and y.")
        raise ValidationError({missing: ValidationError(text, code="required")})
    image.save(update_fields=changed)
    record_change(image, changes_between(before, _audited(image)), by=by)
    return True


def _audited(image: ProductImage) -> dict[str, Any]:
    return values_of(image, image.AUDITED_FIELDS)


def _locked(product_id: int) -> Product:
    return Product.objects.locked([product_id]).get()


def _locked_image(image_id: int) -> ProductImage | None:
    """Return the picture under its product's lock; None for one that was deleted."""
    image = ProductImage.objects.filter(pk=image_id).first()
    if image is None:
        return None
    product = Product.objects.locked([image.product_id]).first()
    return product.images.filter(pk=image_id).first() if product else None


def _touch(product: Product) -> None:
    """Have what is cached of the product dropped, and clients fetch it that look for changes."""
    product.save(update_fields=["updated_at"])
