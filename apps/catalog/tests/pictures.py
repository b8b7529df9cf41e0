"""Pictures for tests, as cameras, drawing programs and attackers make them, and how they are uploaded."""

import io
import struct
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms
from rest_framework.test import APIClient

from apps.catalog.models import Product

RED, BLUE = (200, 30, 40), (20, 60, 220)


def picture(
    size: tuple[int, int] = (40, 30), format: str = "JPEG", mode: str = "RGB", **options: Any
) -> bytes:
    """Return a picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return saved(image.convert(mode), format, **options)


def saved(image: Image.Image, format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def camera_picture(*, orientation: int = 1) -> bytes:
    """Return a picture with the place where it was taken, and how the camera was held."""
    return picture(exif=camera_exif(orientation), quality=95, subsampling=0)


def camera_exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "ACME"
    exif.get_ifd(0x8825).update({1: "N", 2: (55.0, 45.0, 7.0), 3: "E", 4: (37.0, 37.0, 3.0)})
    return exif


def red_of_another_space() -> bytes:
    """Return a picture that is red only to whoever heeds its profile, which swaps red and blue."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"tXYZ").replace(b"bXYZ", b"rXYZ").replace(b"tXYZ", b"bXYZ")
    return saved(Image.new("RGB", (20, 20), (0, 0, 255)), "PNG", icc_profile=swapped)


def bomb(width: int = 19_000, height: int = 19_000) -> bytes:
    """Return a PNG of a few KB that is hundreds of megabytes once it is decoded."""
    pixels = zlib.compressobj(9)
    rows = b"".join(pixels.compress(bytes(1 + (width + 7) // 8)) for _row in range(height)) + pixels.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(name, data) for name, data in ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    )


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_size(content: bytes, size: tuple[int, int], *, at: int, as_: str) -> bytes:
    """Return the file with another size in its header."""
    packed = struct.pack(as_, *size)
    return content[:at] + packed + content[at + len(packed) :]


def address_of(product: Product, *rest: Any) -> str:
    return "/".join(map(str, (f"/api/v1/admin/products/{product.pk}/images", *rest, "")))


def upload(client: APIClient, product: Product, content: bytes, **members: Any) -> Any:
    form = {"file": SimpleUploadedFile("photo.jpg", content), **members}
    return client.post(address_of(product), form, format="multipart", headers={"Accept-Language": "en"})
