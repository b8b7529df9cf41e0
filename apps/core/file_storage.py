"""Files in a folder under names that tell their content: whole under their name, or not there."""

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, storages

DRAFTS = ".drafts"  # the folder of files that are being written, or were when their writer was killed
OLD_SECONDS = 86_400


class WholeFileStorage(FileSystemStorage):
    """Writes elsewhere in its folder and renames: a kill in the middle leaves no half file under the name.

    With `allow_overwrite` a name that is there is written again, with the same content: the name tells it.
    So a file that somebody needs anew is as young as one that was not there, for whoever deletes old ones.
    """

    def delete_drafts(self) -> int:
        """Delete what killed writers have left a day ago and before; return how many files that were."""
        count = 0
        for draft in Path(self.location, DRAFTS).glob("*"):
            with suppress(FileNotFoundError):
                if draft.stat().st_mtime < time.time() - OLD_SECONDS:
                    draft.unlink()
                    count += 1
        return count

    def _save(self, name: str, content: "File[Any]") -> str:
        path = self.path(name)
        drafts = os.path.join(self.location, DRAFTS)
        self._make_folders(os.path.dirname(path))
        self._make_folders(drafts)
        descriptor, draft = tempfile.mkstemp(dir=drafts)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(draft, self.file_permissions_mode or 0o600)
            os.replace(draft, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(draft)
            raise
        return name

    def _make_folders(self, folder: str) -> None:
        """Make the folder, and those above it that are missing, with the mode of this storage."""
        if os.path.isdir(folder):
            return
        self._make_folders(os.path.dirname(folder))
        with suppress(FileExistsError):
            os.mkdir(folder)
            os.chmod(folder, self.directory_permissions_mode or 0o700)  # whatever the umask is


def delete_drafts() -> None:
    """Delete the old drafts of every storage in a folder."""
    for alias in settings.STORAGES:
        if isinstance(storage := storages[alias], WholeFileStorage):
            storage.delete_drafts()
