"""Backups hold the stored files too: public and private ones come back, whatever the archive says."""

import io
import stat
import tarfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.core.database.backups.stored_files import archive_beside
from online_store.env.media import in_folders
from tests.support.databases import all_rows

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]

PICTURE, ORIGINAL = "products/ab/abc-480.webp", "ab/abc"


@pytest.fixture
def kept(settings, tmp_path: Path) -> Iterator[Path]:
    """Return the folder of public files, which has one; there is a private one, too."""
    settings.STORAGES = settings.STORAGES | in_folders(tmp_path / "media")
    storages["default"].save(PICTURE, ContentFile(b"picture"))
    storages["originals"].save(ORIGINAL, ContentFile(b"original"))
    make_product()
    return tmp_path / "media"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backups" / "store.backup"


def output_of(*arguments: object) -> str:
    output = StringIO()
    call_command(*map(str, arguments), stdout=output)
    return output.getvalue()


def files_in(folder: Path) -> dict[str, bytes]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_files_come_back_where_they_are_missing(kept: Path, file: Path):
    originals = kept.with_name("media-originals")
    (kept / ".drafts" / "of a killed writer").touch()
    said = output_of("backup", file)
    for name in (PICTURE, "later.webp"):
        storages["default"].delete(name)
    storages["originals"].delete(ORIGINAL)
    storages["default"].save("later.webp", ContentFile(b"later"))

    restored = output_of("restore", file, "--force")

    archive = archive_beside(file)
    assert said.endswith(f"{archive}: 2 stored files.\n")
    assert "Stored files put back: 2.\n" in restored
    assert {name: data for name, data in files_in(kept).items() if ".drafts" not in name} == {
        PICTURE: b"picture",
        "later.webp": b"later",
    }
    assert files_in(originals) == {ORIGINAL: b"original"}
    assert stat.S_IMODE((kept / PICTURE).stat().st_mode) == 0o644
    assert stat.S_IMODE((originals / ORIGINAL).stat().st_mode) == 0o600
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with tarfile.open(archive) as tar:
        assert tar.getnames() == [f"media/{PICTURE}", f"media-originals/{ORIGINAL}"]
        assert {member.uname + member.gname for member in tar} == {""}


def test_file_that_was_cut_short_comes_back_whole_and_whole_ones_stay(kept: Path, file: Path):
    call_command("backup", file)
    (kept / PICTURE).write_bytes(b"pic")
    before = (kept.with_name("media-originals") / ORIGINAL).stat()

    said = output_of("restore", file, "--force")

    assert "Stored files put back: 1.\n" in said
    assert (kept / PICTURE).read_bytes() == b"picture"
    assert (kept.with_name("media-originals") / ORIGINAL).stat().st_mtime_ns == before.st_mtime_ns


def test_archive_that_tar_made_is_taken(kept: Path, file: Path):
    call_command("backup", file)
    archive_beside(file).unlink()
    with tarfile.open(archive_beside(file), "w") as tar:  # as `tar -c -C /var/lib/store media` does
        tar.add(kept, "media")
    storages["default"].delete(PICTURE)

    call_command("restore", file, force=True)

    assert (kept / PICTURE).read_bytes() == b"picture"


def test_backup_without_its_archive_is_restored_and_told(kept: Path, file: Path):
    call_command("backup", file)
    archive_beside(file).unlink()

    said = output_of("restore", file, "--force")

    assert f"There is no {archive_beside(file)}: stored files stay as they are.\n" in said


def test_files_in_a_bucket_are_left_alone(kept: Path, file: Path, settings):
    settings.MEDIA_IN_FOLDER = False

    call_command("backup", file)
    said = output_of("restore", file, "--force")

    assert list(file.parent.iterdir()) == [file]
    assert "tored files" not in said


@pytest.mark.parametrize("length", [0, 1000, 9_000])
def test_archive_that_was_cut_short_changes_nothing(kept: Path, file: Path, length: int):
    call_command("backup", file)
    archive = archive_beside(file)
    archive.write_bytes(archive.read_bytes()[:length] + b"x" * (length == 9_000))
    storages["default"].delete(PICTURE)
    assert_refused(file, kept, "is damaged: it was cut short, or is no tar archive")


def with_type(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    return member


@pytest.mark.parametrize(
    "member",
    [
        with_type("media/../../outside"),
        with_type("/media/outside"),
        with_type("media//etc/outside"),
        with_type("other/outside"),
        with_type("media/link", tarfile.SYMTYPE),
        with_type("media/link", tarfile.LNKTYPE),
        with_type("media/device", tarfile.CHRTYPE),
        with_type("media", tarfile.REGTYPE),
    ],
    ids=lambda member: f"{member.name} {member.type.decode()}",
)
def test_archive_with_anything_else_changes_nothing(kept: Path, file: Path, member: tarfile.TarInfo):
    call_command("backup", file)
    with tarfile.open(archive_beside(file), "w") as tar:
        tar.addfile(member, io.BytesIO())
    storages["default"].delete(PICTURE)

    assert_refused(file, kept, "is not a backup of the store's files")


def assert_refused(file: Path, kept: Path, reason: str) -> None:
    Product.objects.update(price=7)
    rows, files = all_rows(), files_in(kept.parent)

    with pytest.raises(CommandError, match=reason):
        call_command("restore", file, force=True)

    assert all_rows() == rows
    assert files_in(kept.parent) == files
