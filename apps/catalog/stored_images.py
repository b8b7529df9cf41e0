"""Files of pictures in the storages: originals until they are decoded, renditions while a product has them.

They are named after the content of what was uploaded: however many products have a picture, and however often
it is made, its files are the same. The row of `StoredImage` keeps apart those who write them and the sweep
that deletes them, since neither holds a transaction open meanwhile.
"""

import hashlib
import logging
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.utils import timezone

from apps.catalog.image_files import original_name, rendition_name
from apps.catalog.models import StoredImage, rendition_widths
from apps.core.exceptions import WriteConflict

UNUSED = timedelta(days=1)  # what still leads to a picture is older than caches, but no older than feeds

logger = logging.getLogger(__name__)


def name_of(content: bytes) -> str:
    """Return what the files of a picture are called, and how its rows are told from others."""
    return hashlib.sha256(content).hexdigest()


def keep_original(content: bytes) -> str:
    """Put what was uploaded where a worker finds it, on whatever machine, and return what it is called.

    Raises WriteConflict while the files of the very same picture are being deleted.
    """
    sha256 = name_of(content)
    _claim(sha256)
    storages["originals"].save(original_name(sha256), ContentFile(content))
    return sha256


def original_of(sha256: str) -> bytes:
    """Return what was uploaded. Raises FileNotFoundError once it is gone."""
    with storages["originals"].open(original_name(sha256)) as file:
        return file.read()


def delete_original(sha256: str) -> None:
    """Delete what was uploaded, once it is decoded, unless the store keeps it."""
    if not settings.KEEP_ORIGINALS:
        storages["originals"].delete(original_name(sha256))


def size_of_files(sha256: str) -> tuple[int, int] | None:
    """Return the width and height (pixels) of a picture whose files are all there; None for another."""
    stored = StoredImage.objects.filter(pk=sha256).first()
    if stored is None or stored.width is None or stored.height is None:
        return None
    are_there = all(default_storage.exists(name) for name in _rendition_names(stored))
    return (stored.width, stored.height) if are_there else None


def write_files(sha256: str, size: tuple[int, int], files: dict[int, bytes]) -> None:
    """Write the files of a picture of this size (pixels), by their width. To do so again is harmless."""
    width, height = size
    StoredImage.objects.filter(pk=sha256).update(width=width, height=height)  # first: the sweep goes by it
    for each, content in files.items():
        default_storage.save(rendition_name(sha256, each), ContentFile(content))


def sweep_images() -> int:
    """Delete the files that no product has had for a day, and return of how many pictures they were."""
    count = 0
    unused = StoredImage.objects.unused_since(timezone.now() - UNUSED).order_by("pk")
    for sha256 in list(unused.values_list("pk", flat=True)):
        try:
            count += _swept(sha256)
        except OSError:  # the storage is away: the next sweep goes on with it
            logger.exception("Files of pictures that nobody needs are left for tomorrow")
            break
    return count


def _claim(sha256: str) -> None:
    """Keep the sweep away from the picture for a day. Raises WriteConflict when it is there already."""
    row = StoredImage.objects.not_being_deleted().filter(pk=sha256)
    wanted = {"released_at": timezone.now(), "deleting_since": None}
    if not row.update(**wanted):
        StoredImage.objects.bulk_create([StoredImage(pk=sha256)], ignore_conflicts=True)
        if not row.update(**wanted):
            raise WriteConflict


def _swept(sha256: str) -> bool:
    """Delete the files, unless somebody has come to need them; tell whether they are deleted."""
    now = timezone.now()
    row = StoredImage.objects.filter(pk=sha256)
    # One statement, against an upload of the same picture: whoever is second finds that it is another's.
    if not row.unused_since(now - UNUSED).update(deleting_since=now):
        return False
    stored = row.get()
    for name in _rendition_names(stored):
        default_storage.delete(name)
    storages["originals"].delete(original_name(sha256))
    row.filter(deleting_since=now).delete()
    return True


def _rendition_names(stored: StoredImage) -> list[str]:
    widths = rendition_widths(stored.width) if stored.width else ()
    return [rendition_name(stored.sha256, width) for width in widths]
