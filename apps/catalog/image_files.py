"""Names and addresses of the files of pictures: they are named after the content, and never change."""

from urllib.parse import urljoin

from django.conf import settings
from django.core.files.storage import default_storage


def rendition_name(sha256: str, width: int) -> str:
    """Return the name, in the storage, of a picture's file of this width (pixels)."""
    return f"products/{sha256[:2]}/{sha256}-{width}.webp"


def rendition_url(sha256: str, width: int) -> str:
    """Return the address at which the file is served."""
    return urljoin(f"{settings.STORE_URL}/", default_storage.url(rendition_name(sha256, width)))


def original_name(sha256: str) -> str:
    """Return the name, in the storage of originals, of what was uploaded."""
    return f"products/{sha256[:2]}/{sha256}"
