"""Invariant of pictures: each is shown, and each of its files is whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

QUERY = "SELECT id, status, sha256, width FROM catalog_productimage ORDER BY id"
WIDTHS = (160, 480, 1200)


@dataclass(frozen=True)
class Picture:
    """A picture as its row has it, and which of its files are missing or cut short."""

    id: int
    status: str
    broken: tuple[str, ...]


def pictures_of(rows: Iterable[tuple[Any, ...]], media: Path) -> list[Picture]:
    """Return the pictures, compared with the files that are served."""
    return [
        Picture(pk, status, tuple(_broken(media, sha256, width)) if status == "ready" else ())
        for pk, status, sha256, width in rows
    ]


def _broken(media: Path, sha256: str, width: int) -> Iterable[str]:
    smaller = [each for each in WIDTHS if each < width]
    for each in smaller if len(smaller) == len(WIDTHS) else [*smaller, width]:
        path = media / "products" / sha256[:2] / f"{sha256}-{each}.webp"
        # A RIFF file tells its length less the eight bytes of its own head.
        content = path.read_bytes() if path.exists() else b""
        if content[:4] != b"RIFF" or int.from_bytes(content[4:8], "little") + 8 != len(content):
            yield path.name
