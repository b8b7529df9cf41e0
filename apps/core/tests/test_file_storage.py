"""Files whose names tell their content: whole or not there, and readable by whom they are for."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile

from apps.core.file_storage import WholeFileStorage, delete_drafts
from online_store.env.media import in_folders

NAME = "things/ab/abc.webp"


@pytest.fixture
def storage(tmp_path: Path) -> WholeFileStorage:
    return WholeFileStorage(
        location=tmp_path / "media",
        allow_overwrite=True,
        file_permissions_mode=0o644,
        directory_permissions_mode=0o755,
    )


class Interrupted(ContentFile):
    """Content whose writer ends in the middle."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt


def files(storage: WholeFileStorage) -> list[str]:
    return sorted(
        str(path.relative_to(storage.location))
        for path in Path(storage.location).rglob("*")
        if path.is_file()
    )


def test_file_is_stored_under_its_name_for_the_proxy_whatever_the_umask(storage: WholeFileStorage):
    umask = os.umask(0o077)
    try:
        name = storage.save(NAME, ContentFile(b"picture"))
    finally:
        os.umask(umask)

    path = Path(storage.path(name))
    assert (name, path.read_bytes()) == (NAME, b"picture")
    folders = [path.parent, path.parent.parent, path.parent.parent.parent]
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, *folders)] == [0o644, 0o755, 0o755, 0o755]
    assert files(storage) == [NAME]


def test_name_that_is_there_stays_the_name_and_is_young_again(storage: WholeFileStorage):
    path = Path(storage.path(storage.save(NAME, ContentFile(b"picture"))))
    os.utime(path, (0, 0))

    name = storage.save(NAME, ContentFile(b"picture"))

    assert name == NAME
    assert path.stat().st_mtime > 0
    assert files(storage) == [NAME]


@pytest.mark.parametrize("was_there", [False, True])
def test_interrupted_writer_leaves_what_was_there(storage: WholeFileStorage, was_there: bool):
    if was_there:
        storage.save(NAME, ContentFile(b"picture"))

    with pytest.raises(KeyboardInterrupt):
        storage.save(NAME, Interrupted(b""))

    assert files(storage) == ([NAME] if was_there else [])
    assert not was_there or Path(storage.path(NAME)).read_bytes() == b"picture"


def test_killed_writer_leaves_no_half_file_under_the_name(storage: WholeFileStorage):
    class Killed(ContentFile):
        def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
            yield b"half"
            os._exit(1)

    if (child := os.fork()) == 0:
        storage.save(NAME, Killed(b""))
    os.waitpid(child, 0)

    assert not storage.exists(NAME)
    (left,) = Path(storage.location, ".drafts").iterdir()
    assert left.read_bytes() in {b"", b"half"}
    assert storage.delete_drafts() == 0  # its writer may still be at work
    os.utime(left, (0, 0))
    assert storage.delete_drafts() == 1
    assert not left.exists()


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "things/../../outside"])
def test_nothing_is_written_outside_of_the_folder(storage: WholeFileStorage, tmp_path: Path, name: str):
    with pytest.raises(SuspiciousFileOperation):
        storage.save(name, ContentFile(b"x"))

    assert list(tmp_path.iterdir()) == []


def test_daily_sweep_deletes_old_drafts_of_every_folder(settings, tmp_path: Path):
    settings.STORAGES = settings.STORAGES | in_folders(tmp_path / "media")
    left = [tmp_path / room / ".drafts" / "left" for room in ("media", "media-originals")]
    for path in left:
        path.parent.mkdir(parents=True)
        path.touch()
        os.utime(path, (0, 0))
    young = left[0].with_name("young")
    young.touch()

    delete_drafts()

    assert [path.exists() for path in (*left, young)] == [False, False, True]
