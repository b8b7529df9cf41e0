"""Backups of files: what the storages keep in folders, in a tar archive beside the database's backup."""

import os
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files import File
from django.core.files.storage import storages

from apps.core.database.backups.files import BackupFailed
from apps.core.file_storage import DRAFTS, WholeFileStorage

SUFFIX = ".media.tar"
ROOMS = {"media": "default", "media-originals": "originals"}  # folders of the archive, by storage
END = bytes(2 * tarfile.BLOCKSIZE)  # of an archive that is whole


def archive_beside(backup: Path) -> Path:
    """Return where the files of this backup are."""
    return backup.with_name(f"{backup.name}{SUFFIX}")


def are_in_folders() -> bool:
    """Tell whether files are kept in folders; those in a bucket are not part of a backup."""
    return settings.MEDIA_IN_FOLDER


def dump(archive: Path) -> int:
    """Write all files into the archive, and return how many they are.

    It comes after the database: what a row of the backup speaks of is still there, since files are deleted
    when nothing has needed them for long.
    """
    count = 0
    with tarfile.open(archive, "w") as tar:
        for room, alias in ROOMS.items():
            folder = str(_storage(alias).location)
            for path in _files(folder):
                with suppress(FileNotFoundError):  # it was deleted meanwhile
                    tar.add(path, f"{room}/{os.path.relpath(path, folder)}", filter=_nobodys)
                    count += 1
                _forget(tar)
    return count


def check(archive: Path) -> None:
    """Raise BackupFailed unless the archive is whole, and holds nothing but files of the storages."""
    try:
        with archive.open("rb") as opened:
            opened.seek(-len(END), os.SEEK_END)
            is_whole = opened.read() == END
        with tarfile.open(archive, "r:") as tar:
            names = [member.name for member in _members(tar) if not _is_known(member)]
    except (OSError, tarfile.TarError):
        is_whole, names = False, []
    if not is_whole:
        raise BackupFailed(f"{archive} is damaged: it was cut short, or is no tar archive.")
    if names:
        raise BackupFailed(f"{archive} is not a backup of the store's files: it has {names[0]!r}.")


def load(archive: Path) -> int:
    """Put the files back that are missing, and return how many they were. Raises BackupFailed.

    None is taken away: a name tells the content, so what is there harms no restored row.
    """
    count = 0
    try:
        with tarfile.open(archive, "r:") as tar:
            for member in _members(tar):
                room, _, name = member.name.partition("/")
                storage = _storage(ROOMS[room])
                if member.isfile() and not _has(storage, name, member.size):
                    storage.save(name, File(tar.extractfile(member)))
                    count += 1
    except (OSError, SuspiciousOperation, tarfile.TarError) as error:
        raise BackupFailed(f"{archive} was not restored: {error}.") from None
    return count


def _storage(alias: str) -> WholeFileStorage:
    return cast("WholeFileStorage", storages[alias])


def _files(folder: str) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - {DRAFTS})
        yield from (os.path.join(place, name) for name in sorted(names))


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    return member.replace(uid=0, gid=0, uname="", gname="", deep=False)


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while (member := tar.next()) is not None:
        yield member
        _forget(tar)


def _forget(tar: Any) -> None:
    """Have the archive forget its members: it would remember every one of millions."""
    tar.members.clear()


def _is_known(member: tarfile.TarInfo) -> bool:
    room, _, name = member.name.partition("/")
    is_inside = ".." not in name.split("/") and not name.startswith("/")
    return room in ROOMS and is_inside and (member.isdir() or (member.isfile() and bool(name)))


def _has(storage: WholeFileStorage, name: str, size: int) -> bool:
    return storage.exists(name) and storage.size(name) == size
