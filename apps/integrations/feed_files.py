"""Files of feeds: written row by row by way of a temporary file, into a storage that only the store reads."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Any, Self

from django.core.files import File
from django.core.files.storage import Storage, storages
from django.utils import timezone

from apps.integrations.models import Feed, FeedStatus

STORAGE = "feeds"  # of settings.STORAGES
KEEP_REPLACED = timedelta(hours=1)  # for whoever has begun to fetch it
BLOCK = 65_536  # bytes that are sent at once


class FeedFile:
    """A file that is being written."""

    def __init__(self) -> None:
        self._digest, self._size = hashlib.sha256(), 0

    def __enter__(self) -> Self:
        """Open it."""
        self._file: IO[bytes] = TemporaryFile()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Forget what is not stored."""
        self._file.close()

    def write(self, text: str) -> None:
        """Add the text."""
        data = text.encode()
        self._digest.update(data)
        self._size += self._file.write(data)

    def store(self, feed: Feed, name: str) -> dict[str, Any]:
        """Store it in the feed's folder; return what it is found by, and its size in bytes.

        Its name tells its content: whoever writes the same one at the same time writes the same.
        """
        digest = self._digest.hexdigest()
        stored = _storage().save(f"{feed.folder}/{name}-{digest[:16]}.xml", File(self._file))
        return {"name": stored, "size": self._size, "sha256": digest}


class FeedStream:
    """What stands in the files, one after the other, a little at a time."""

    def __init__(self, files: list[dict[str, Any]]) -> None:
        """Open the first file. Raises FileNotFoundError when it is not there."""
        self._others = files[1:]
        self._open = _storage().open(files[0]["name"])

    def __iter__(self) -> Iterator[bytes]:
        """Yield it."""
        yield from self._open.chunks(BLOCK)
        for file in self._others:
            self.close()
            self._open = _storage().open(file["name"])
            yield from self._open.chunks(BLOCK)

    def close(self) -> None:
        """Close the file that is open. Django does so at the end, whether or not somebody has read on."""
        self._open.close()


def delete_replaced_feeds() -> int:
    """Delete the feeds that were replaced a while ago, with their files; return how many they were."""
    before = timezone.now() - KEEP_REPLACED
    replaced = list(Feed.objects.filter(status=FeedStatus.REPLACED, replaced_at__lt=before))
    for feed in replaced:
        _delete_files(feed)  # first: without the row nobody would find them
        feed.delete()
    return len(replaced)


def _delete_files(feed: Feed) -> None:
    """Delete all files of the feed, those of attempts that have come to nothing too."""
    storage = _storage()
    try:
        _folders, names = storage.listdir(feed.folder)
    except FileNotFoundError:
        return  # nothing was ever stored
    for name in names:
        storage.delete(f"{feed.folder}/{name}")
    storage.delete(feed.folder)


def _storage() -> Storage:
    return storages[STORAGE]
