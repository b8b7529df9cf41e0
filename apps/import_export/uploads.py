"""Uploaded files: kept in parts, and read without ever being in memory as a whole."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import get_language

from apps.import_export.models import Upload, UploadPart
from apps.users.models import User

PART_BYTES = 1_000_000


def store_upload(file: "UploadedFile[Any]", *, created_by: User) -> Upload:
    """Store the file in parts; a transaction is needed."""
    upload = Upload.objects.create(
        name=(file.name or "")[:255],
        size=file.size or 0,
        lines=0,
        language=get_language(),
        created_by=created_by,
    )
    for number, data in enumerate(file.chunks(PART_BYTES)):
        UploadPart.objects.create(upload=upload, is_checked=False, number=number, data=data)
        upload.lines += data.count(b"\n")
    upload.save(update_fields=["lines"])
    return upload


def opened(upload: Upload) -> BinaryIO:
    """Return the file as it came. It can be read from the start again, by `seek(0)`."""
    return io.BufferedReader(_Parts(upload), PART_BYTES)


def checked_part(upload: Upload, number: int) -> bytes:
    """Return a part of the rows that were found to be good."""
    parts = UploadPart.objects.filter(upload=upload, is_checked=True, number=number)
    return bytes(parts.values_list("data", flat=True).get())


def keep_bad_rows(upload: Upload, number: int, data: bytes) -> None:
    """Keep a part of the table of the bad rows; they are there until the upload is deleted."""
    # Below zero: they stand beside the good rows, whose parts are numbered from zero.
    UploadPart.objects.create(upload=upload, is_checked=True, number=-1 - number, data=data)


def bad_rows_of(upload: Upload) -> Iterator[bytes]:
    """Yield the parts of the table of the bad rows."""
    parts = UploadPart.objects.filter(upload=upload, is_checked=True, number__lt=0).order_by("-number")
    for data in parts.values_list("data", flat=True).iterator(1):
        yield bytes(data)


def forget_rows(upload: Upload) -> None:
    """Delete the file, and the good rows: they are written."""
    upload.parts.filter(number__gte=0).delete()


def delete_old_uploads() -> int:
    """Delete files and reports after EXPORT_KEEP_DAYS, and return how many they were."""
    before = timezone.now() - timedelta(days=settings.EXPORT_KEEP_DAYS)
    old = list(Upload.objects.filter(created_at__lt=before).order_by("pk"))
    for upload in old:  # one by one: a file can be hundreds of megabytes
        upload.delete()
    return len(old)


class _Parts(io.RawIOBase):
    """The parts as one stream of bytes, of which one part at a time is in memory."""

    def __init__(self, upload: Upload) -> None:
        super().__init__()
        parts = UploadPart.objects.filter(upload=upload, is_checked=False)
        self._parts = parts.values_list("data", flat=True)
        self._place = 0
        self._next = 0
        self._rest = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("only the start can be sought")
        self._place, self._next, self._rest = 0, 0, b""
        return 0

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            data = self._parts.filter(number=self._next).first()
            self._rest, self._next = bytes(data or b""), self._next + 1
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        self._place += len(taken)
        return len(taken)
