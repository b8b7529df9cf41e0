"""Files of backups: written whole or not at all, and readable by their owner only."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class BackupFailed(Exception):
    """Why a backup was not made, or not restored: told to whoever runs the command."""


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a draft (mode 0600) to be written, which takes the path's name at the end; an error removes it.

    Raises BackupFailed when the path exists, or its folder cannot be written.
    """
    if path.exists():
        raise BackupFailed(
            f"{path} already exists. Backups are never overwritten: remove it or name another file."
        )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise BackupFailed(f"{path} cannot be written: {error.strerror}.") from None
    os.close(descriptor)
    draft = Path(name)
    try:
        yield draft
        _to_disk(draft)
        draft.rename(path)
        _to_disk(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
