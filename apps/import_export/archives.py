"""A zip archive that is written piece by piece, by workers who know nothing of one another.

Nothing that was written is touched again: what is known only at the end of an entry stands behind it (a data
descriptor). Each piece is packed for itself, so the next one needs no more than what `state` holds, as JSON.
"""

import struct
import zlib
from typing import Any

from django.utils.translation import gettext as _

MAX_BYTES = 2**32 - 1  # of an entry, and of the archive: more takes Zip64, which not every program reads
_VERSION = 20
_FLAGS = 0x0808  # sizes behind the data; names in UTF-8
_DEFLATED = 8
_STAMP = (0, (2000 - 1980) << 9 | 1 << 5 | 1)  # 2000-01-01: an entry must have one
_RAW_DEFLATE = -zlib.MAX_WBITS
_HEADER, _DESCRIPTOR = struct.Struct("<4s5H3L2H"), struct.Struct("<4s3L")
_DIRECTORY, _END = struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s4H2LH")


class FileFull(Exception):
    """The file would be larger than one may be."""

    def __init__(self) -> None:
        super().__init__(_("The file is full: filter the list, or choose CSV."))


class Archive:
    """The archive as far as it is written. Its methods return the bytes that come next, or raise FileFull."""

    def __init__(self, state: dict[str, Any]) -> None:
        self._state = state
        self._entries: list[dict[str, Any]] = state.setdefault("entries", [])
        state.setdefault("size", 0)

    def whole_entry(self, name: str, data: bytes) -> bytes:
        """Write an entry at once."""
        return self.begin(name) + self.append(data) + self.end()

    def begin(self, name: str) -> bytes:
        """Begin an entry."""
        self._entries.append({"name": name, "place": self._state["size"], "crc": 0, "packed": 0, "raw": 0})
        encoded = name.encode()
        head = _HEADER.pack(b"PK\3\4", _VERSION, _FLAGS, _DEFLATED, *_STAMP, 0, 0, 0, len(encoded), 0)
        return self._counted(head + encoded)

    def append(self, data: bytes) -> bytes:
        """Write more of the entry."""
        packer = zlib.compressobj(wbits=_RAW_DEFLATE)
        packed = packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)
        entry = self._entries[-1]
        entry["crc"] = zlib.crc32(data, entry["crc"])
        entry["raw"] += len(data)
        if entry["raw"] > MAX_BYTES:
            raise FileFull
        return self._packed(packed)

    def end(self) -> bytes:
        """End the entry."""
        last_block = self._packed(zlib.compressobj(wbits=_RAW_DEFLATE).flush())
        entry = self._entries[-1]
        descriptor = _DESCRIPTOR.pack(b"PK\7\x08", entry["crc"], entry["packed"], entry["raw"])
        return last_block + self._counted(descriptor)

    def directory(self) -> bytes:
        """End the archive, by the list of its entries."""
        start = self._state["size"]
        lines = b"".join(map(_line, self._entries))
        count = len(self._entries)
        return lines + _END.pack(b"PK\5\6", 0, 0, count, count, len(lines), start, 0)

    def _packed(self, data: bytes) -> bytes:
        self._entries[-1]["packed"] += len(data)
        return self._counted(data)

    def _counted(self, data: bytes) -> bytes:
        self._state["size"] += len(data)
        if self._state["size"] > MAX_BYTES:
            raise FileFull
        return data


def _line(entry: dict[str, Any]) -> bytes:
    name = entry["name"].encode()
    sizes = (entry["crc"], entry["packed"], entry["raw"])
    nothing = (0,) * 4  # extra field, comment, disk, attributes of the content
    line = _DIRECTORY.pack(
        b"PK\1\2",
        _VERSION,
        _VERSION,
        _FLAGS,
        _DEFLATED,
        *_STAMP,
        *sizes,
        len(name),
        *nothing,
        0,
        entry["place"],
    )
    return line + name
