"""Files in a folder under names that tell their content: whole under their name, or not there."""

import os
import tempfile
from contextlib import suppress
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage

DRAFT_PREFIX = ".draft-"  # of a file that is being written, or was when its writer was killed


class WholeFileStorage(FileSystemStorage):
    """Writes beside the name and renames: a kill in the middle leaves no half file under the name.

    With `allow_overwrite` a name that is there is written again, with the same content: the name tells it.
    So a file that somebody needs anew is as young as one that was not there, for whoever deletes old ones.
    """

    def _save(self, name: str, content: "File[Any]") -> str:
        path = self.path(name)
        folder = os.path.dirname(path)
        self._make_folders(folder)
        descriptor, draft = tempfile.mkstemp(prefix=DRAFT_PREFIX, dir=folder)
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
