"""Files in a bucket of S3, or of what speaks like it. Needs the packages of requirements-s3.txt."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Any
from urllib.parse import urljoin

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files import File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from apps.core.outbound_http import refuse_in_transaction

# A job waits for the bucket, and is tried again when that takes longer.
PATIENCE: dict[str, Any] = {
    "connect_timeout": 5,  # seconds
    "read_timeout": 20,
    "retries": {"mode": "standard", "total_max_attempts": 2},
}
MEMORY_BYTES = 16 * 1024 * 1024  # of what is read; more goes into a temporary file
# What others than Amazon may not know: buckets in host names, checksums at the end of a body.
PLAIN: dict[str, Any] = {
    "s3": {"addressing_style": "path"},
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}


class StorageAway(OSError):
    """The bucket cannot be asked, or refuses: the same may succeed later."""


class ObjectStorage(S3Storage):
    """Writes under names that tell the content, and reads whole files, so that all is over when it returns.

    The addresses of files begin with MEDIA_URL. Nothing is written of who may read a file: modern buckets
    have one policy for all, which opens the prefix of public files, and no other.
    """

    def __init__(self, **options: Any) -> None:
        plain = PLAIN if options.get("endpoint_url") else {}
        super().__init__(client_config=Config(**PATIENCE, **plain), **options)

    def url(self, name: str, *_arguments: Any, **_options: Any) -> str:
        """Return the address of a public file."""
        return urljoin(settings.MEDIA_URL, filepath_to_uri(name))

    def exists(self, name: str) -> bool:
        """Tell whether there is a file of this name. Raises StorageAway, as all that asks the bucket does."""
        with _asking(f"Question for {name}"):
            return super().exists(name)

    def delete(self, name: str) -> None:
        """Delete the file, if there is one."""
        with _asking(f"Deletion of {name}"):
            super().delete(name)

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        """Return the names of folders and files of the folder."""
        with _asking(f"List of {name}"):
            return super().listdir(name)

    def size(self, name: str) -> int:
        """Return the bytes of the file. Raises FileNotFoundError."""
        with _asking(f"Question for {name}"):
            return super().size(name)

    def get_modified_time(self, name: str) -> Any:
        """Return when the file was written. Raises FileNotFoundError."""
        with _asking(f"Question for {name}"):
            return super().get_modified_time(name)

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        """Return the headers with which the file is served."""
        # Not every Python and machine knows the type.
        kind = {"ContentType": "image/webp"} if name.endswith(".webp") else {}
        return super().get_object_parameters(name) | kind

    def _save(self, name: str, content: "File[Any]") -> str:
        with _asking(f"Writing of {name}"):
            return super()._save(name, content)

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        if mode != "rb":
            raise ValueError("Files of a bucket are read, or written by save")
        content = SpooledTemporaryFile(MEMORY_BYTES)  # noqa: SIM115  whoever reads it closes it
        try:
            with _asking(f"Reading of {name}"):
                self.bucket.download_fileobj(self._normalize_name(name), content, Config=self.transfer_config)
        except BaseException:
            content.close()
            raise
        content.seek(0)
        return File(content, name)


@contextmanager
def _asking(what: str) -> Iterator[None]:
    refuse_in_transaction(what)
    try:
        yield
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
            raise FileNotFoundError(f"{what}: there is no such file or bucket") from error
        raise StorageAway(f"{what}: {error}") from error
    except (Boto3Error, BotoCoreError) as error:
        raise StorageAway(f"{what}: {error}") from error
