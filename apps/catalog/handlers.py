"""Handlers of the jobs of pictures."""

from django.utils.translation import gettext_lazy as _

from apps.catalog.exceptions import ImageInvalid, ImageProblem
from apps.catalog.jobs import FETCH_IMAGE, IMAGE, IMAGES
from apps.catalog.models import ImageStatus, ProductImage
from apps.catalog.services.images import fail_image, show_image, take_content
from apps.catalog.stored_images import delete_original, original_of, size_of_files, write_files
from apps.core.exceptions import WriteConflict
from apps.core.guarded_fetch import FetchRefused, ServerAway, fetch
from apps.jobs.models import Job
from apps.jobs.registry import MAX_ATTEMPTS, handler

LOOKS = 3  # for what was uploaded: another job may have deleted it, but then the files are there soon


class UploadMissing(Exception):
    """What was uploaded is not there, though the storage is."""


# An OSError: the storage is away.
@handler(IMAGE, label=_("Picture"), retry_on=(UploadMissing, OSError), circuit=IMAGES, outages=(OSError,))
def make_image(job: Job, *, image_id: int) -> None:
    """Make the files of a picture, and show it once they are all there."""
    image = ProductImage.objects.exclude(status=ImageStatus.FAILED).filter(pk=image_id).first()
    if image is None or image.sha256 is None:
        return
    if image.status == ImageStatus.PENDING:
        try:
            width, height = size_of_files(image.sha256) or _made_files(image.sha256)
        except ImageInvalid as refusal:
            fail_image(image_id, refusal.problem)
            return
        except FileNotFoundError as error:
            if job.attempts < LOOKS:
                raise UploadMissing from error
            fail_image(image_id, ImageProblem.LOST)
            return
        show_image(image_id, width=width, height=height)
    delete_original(image.sha256)


# A server that is away is none of the store's: pictures from elsewhere go on, and so does all decoding.
@handler(
    FETCH_IMAGE,
    label=_("Picture from an address"),
    retry_on=(ServerAway, WriteConflict, OSError),
    circuit=IMAGES,
    outages=(OSError,),
)
def fetch_image(job: Job, *, image_id: int) -> None:
    """Fetch a picture from its address and hand it on; note at the end why it was not to be had."""
    waiting = ProductImage.objects.filter(status=ImageStatus.PENDING, sha256=None)
    image = waiting.filter(pk=image_id).first()
    if image is None:
        return
    try:
        content = fetch(image.source_url)
    except (FetchRefused, ServerAway) as error:
        if isinstance(error, ServerAway) and job.attempts < MAX_ATTEMPTS:
            raise
        fail_image(image_id, error.problem)
        return
    take_content(image_id, content)


def _made_files(sha256: str) -> tuple[int, int]:
    """Make the files, and return the size (pixels) of the picture. Raises ImageInvalid, FileNotFoundError."""
    from apps.catalog.image_decoding import decoded_image  # noqa: PLC0415  who only serves never decodes

    decoded = decoded_image(original_of(sha256))
    size = (decoded.width, decoded.height)
    write_files(sha256, size, decoded.files)
    return size
