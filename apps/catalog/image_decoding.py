"""Decoding of pictures that anybody may have made: bounded in memory and time, for workers only.

What comes out is made anew from the pixels: it has no metadata, no profile, and nothing that was behind the
picture in the file.
"""

import io
import struct
import warnings
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image, ImageCms

from apps.catalog.exceptions import ImageInvalid, ImageProblem
from apps.catalog.image_headers import image_header
from apps.catalog.models import RENDITIONS, rendition_widths

# Pillow warns of what is damaged or smells of an attack: such files are refused. For the whole process, since
# `catch_warnings` is not safe among threads.
warnings.filterwarnings("error", module=r"PIL\.")

# What Pillow raises for files that are not as they should be.
DAMAGE = (
    *(Image.DecompressionBombError, Warning, struct.error),
    *(ArithmeticError, AttributeError, EOFError, LookupError, OSError, SyntaxError, TypeError, ValueError),
)
FINER = 1.25  # times as wide as the widest file, at least: from there on it is made smaller slowly and well
STRIP = 32  # rows that are made at a time: a second copy of 40 megapixels would take 160 MB
QUALITY = 82  # of WebP, out of 100
ORIENTATION = 0x0112  # of EXIF
LIES_ON_ITS_SIDE = {5, 6, 7, 8}
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
MODES = {
    "1": "L",
    "L": "L",
    "I;16": "L",
    "CMYK": "CMYK",
}  # to be made smaller in; the profile is of these colours

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@dataclass(frozen=True)
class DecodedImage:
    """A picture as it is shown: its size in pixels, and its WebP files by their width."""

    width: int
    height: int
    files: dict[int, bytes]


def decoded_image(content: bytes) -> DecodedImage:
    """Return the first frame of the picture, turned as it should be seen, in sRGB.

    Raises ImageInvalid for what is no picture, too large, or damaged.
    """
    header = image_header(content)
    try:
        with Image.open(io.BytesIO(content), formats=[header.format]) as image:
            if image.size != (header.width, header.height):
                raise ImageInvalid(ImageProblem.UNREADABLE)  # two pictures in one: which is meant?
            return _decoded(image)
    except DAMAGE as error:
        raise ImageInvalid(ImageProblem.UNREADABLE) from error


def _decoded(image: Image.Image) -> DecodedImage:
    orientation = image.getexif().get(ORIENTATION)
    width, height = image.size[::-1] if orientation in LIES_ON_ITS_SIDE else image.size
    shown = _in_srgb(_shrunk(image, width / (FINER * RENDITIONS[-1])), image.info.get("icc_profile"))
    if orientation in TURNS:
        shown = shown.transpose(TURNS[orientation])
    sizes = ((each, max(1, round(height * each / width))) for each in rendition_widths(width))
    return DecodedImage(width, height, {size[0]: _webp(shown, size) for size in sizes})


def _shrunk(image: Image.Image, most: float) -> Image.Image:
    """Decode the picture and make it smaller, by at most so many times."""
    before = image.width
    # Before it is decoded: JPEG comes out in a half, a quarter or an eighth of its size.
    image.draft(None, (max(1, int(image.width / most)), max(1, int(image.height / most))))
    factor = max(1, int(most * image.width / before))
    mode = "RGBA" if image.has_transparency_data else MODES.get(image.mode, "RGB")
    if factor == 1 and image.mode == mode:
        return image
    small = Image.new(mode, (-(-image.width // factor), -(-image.height // factor)))
    for top in range(0, image.height, STRIP * factor):
        strip = image.crop((0, top, image.width, min(top + STRIP * factor, image.height)))
        if strip.mode == "I;16":
            strip = strip.point(lambda shade: shade / 256)  # `convert` would make all that is above 255 white
        small.paste(strip.convert(mode).reduce(factor), (0, top // factor))
    return small


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode != "RGBA":
        return _converted(image, profile)
    shown = _converted(image.convert("RGB"), profile)
    shown.putalpha(image.getchannel("A"))
    return shown


def _converted(colours: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the colours in sRGB; a profile that is damaged, or of other colours, counts as none."""
    if profile:
        with suppress(ImageCms.PyCMSError, OSError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if (shown := ImageCms.profileToProfile(colours, source, _SRGB, outputMode="RGB")) is not None:
                return shown
    return colours if colours.mode == "RGB" else colours.convert("RGB")


def _webp(image: Image.Image, size: tuple[int, int]) -> bytes:
    resized = image if image.size == size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    file = io.BytesIO()
    resized.save(file, "WEBP", quality=QUALITY, icc_profile=b"", exif=b"", xmp=b"")
    return file.getvalue()
