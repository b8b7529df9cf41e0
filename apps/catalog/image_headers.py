"""Headers of pictures: what a file is and how large, read by hand without decoding anything.

The web process looks no further. Pillow would make a decoder of WebP, with room for two pictures, when it
merely opens a file; and it is not loaded where nothing is decoded.
"""

import struct
from dataclasses import dataclass

from apps.catalog.exceptions import ImageInvalid, ImageProblem

MAX_IMAGE_BYTES = 10 * 1024 * 1024
MAX_SIDE = 12_000  # pixels
# Pillow takes four bytes for each pixel, four times over while it decodes WebP.
MAX_PIXELS = {"JPEG": 40_000_000, "PNG": 40_000_000, "WEBP": 16_000_000}

_PNG = b"\x89PNG\r\n\x1a\n"
_NO_LENGTH = {0x01, *range(0xD0, 0xD8)}  # markers of JPEG that stand alone
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # SOF0 to SOF15
_ENDS = {0xD9, 0xDA}  # the end of the file, and the beginning of what is to be decoded


@dataclass(frozen=True)
class ImageHeader:
    """What Pillow calls the format, and the size in pixels before any turning."""

    format: str
    width: int
    height: int


def image_header(content: bytes) -> ImageHeader:
    """Return what the file says of itself at its beginning.

    Raises ImageInvalid for anything but JPEG, PNG and WebP, and for what is too large to be decoded.
    """
    try:
        header = _header(content)
    except (IndexError, struct.error) as error:  # it ends too early
        raise ImageInvalid(ImageProblem.UNREADABLE) from error
    pixels = header.width * header.height
    if max(header.width, header.height) > MAX_SIDE or pixels > MAX_PIXELS[header.format]:
        raise ImageInvalid(ImageProblem.TOO_LARGE)
    if len(content) > MAX_IMAGE_BYTES:
        raise ImageInvalid(ImageProblem.TOO_LARGE)
    if not pixels:
        raise ImageInvalid(ImageProblem.UNREADABLE)
    return header


def _header(content: bytes) -> ImageHeader:
    if content.startswith(b"\xff\xd8\xff"):
        return ImageHeader("JPEG", *_jpeg_size(content))
    if content.startswith(_PNG):
        return ImageHeader("PNG", *_png_size(content))
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return ImageHeader("WEBP", *_webp_size(content))
    raise ImageInvalid(ImageProblem.FORMAT)


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Return width and height from the first frame (ITU T.81, B.1 and B.2.2)."""
    place = 2
    while content[place] == 0xFF:
        marker = content[place + 1]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, place + 5)
            return width, height
        if marker in _ENDS:
            break
        if marker == 0xFF:  # a byte to fill
            place += 1
        else:
            place += 2 if marker in _NO_LENGTH else 2 + struct.unpack_from(">H", content, place + 2)[0]
    raise ImageInvalid(ImageProblem.UNREADABLE)


def _png_size(content: bytes) -> tuple[int, int]:
    if content[12:16] != b"IHDR":
        raise ImageInvalid(ImageProblem.UNREADABLE)
    width, height = struct.unpack_from(">II", content, 16)
    return width, height


def _webp_size(content: bytes) -> tuple[int, int]:
    """Return width and height of the canvas (RFC 9649, 2.5 to 2.7)."""
    match content[12:16]:
        case b"VP8X":
            width, height = (int.from_bytes(content[at : at + 3], "little") + 1 for at in (24, 27))
            return width, height
        case b"VP8L" if content[20] == 0x2F:
            (bits,) = struct.unpack_from("<I", content, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 " if content[23:26] == b"\x9d\x01\x2a":
            width, height = struct.unpack_from("<HH", content, 26)
            return width & 0x3FFF, height & 0x3FFF
    raise ImageInvalid(ImageProblem.UNREADABLE)
