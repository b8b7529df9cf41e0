"""Decoding of pictures: what comes out is clean, and what is dangerous is refused before it is decoded."""

import gc
import re
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image, ImageCms

from apps.catalog.exceptions import ImageInvalid
from apps.catalog.image_decoding import decoded_image
from apps.catalog.tests.pictures import (
    BLUE,
    RED,
    bomb,
    camera_exif,
    camera_picture,
    chunk,
    opened,
    picture,
    red_of_another_space,
    saved,
    with_size,
)

needs_linux = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="needs Linux, which tells the peak of memory"
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PNG, WEBP = picture(format="PNG"), picture(format="WEBP")
JPEG = picture()


def chunked(content: bytes, *chunks: bytes) -> bytes:
    """Return the PNG with these chunks behind its header."""
    return content[:33] + b"".join(chunks) + content[33:]


def gif(frames: int) -> bytes:
    images = [Image.new("P", (2000, 2000), number % 256) for number in range(frames)]
    return saved(images[0], "GIF", save_all=True, append_images=images[1:])


REFUSED: dict[str, tuple[bytes, str]] = {
    "PNG of 361 megapixels": (bomb(), "too_large"),
    "PNG with a side of 12,001": (bomb(12_001, 8), "too_large"),
    "PNG of 41 megapixels": (with_size(PNG, (8000, 5125), at=16, as_=">II"), "too_large"),
    "WebP of 17 megapixels": (with_size(WEBP, (4250, 4000), at=26, as_="<HH"), "too_large"),
    "11 MB": (JPEG + bytes(11_000_000), "too_large"),
    "GIF of many frames": (gif(20), "format"),
    "SVG": (SVG, "format"),
    "SVG that begins as WebP": (b"RIFF\x00\x00\x00\x00WEBP" + SVG, "unreadable"),
    "GIF that is a script, too": (b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)", "format"),
    "PDF": (b"%PDF-1.7", "format"),
    "BMP": (picture(format="BMP"), "format"),
    "TIFF": (picture(format="TIFF"), "format"),
    "nothing": (b"", "format"),
    "JPEG that ends in its header": (JPEG[:20], "unreadable"),
    "JPEG that ends in its pixels": (picture((400, 300))[:-40], "unreadable"),
    "PNG that ends in its pixels": (picture((300, 300), "PNG")[:-40], "unreadable"),
    "WebP that ends in its pixels": (WEBP[: len(WEBP) // 2], "unreadable"),
    "JPEG without a height": (
        JPEG.replace(b"\xff\xc0\x00\x11\x08\x00\x1e", b"\xff\xc0\x00\x11\x08\x00\x00"),
        "unreadable",
    ),
    "PNG with another size than its pixels": (with_size(PNG, (40, 3000), at=16, as_=">II"), "unreadable"),
    "PNG with megabytes of compressed text": (
        chunked(PNG, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2_000_000)))),
        "unreadable",
    ),
}


@needs_linux
@pytest.mark.parametrize("name", REFUSED)
def test_dangerous_or_damaged_file_is_refused_quickly_and_without_much_memory(name: str):
    content, problem = REFUSED[name]

    with bounded(), pytest.raises(ImageInvalid) as refusal:
        decoded_image(content)

    assert refusal.value.problem == problem


@pytest.mark.parametrize(
    ("size", "files"),
    [
        ((100, 40), {100: (100, 40)}),
        ((160, 90), {160: (160, 90)}),
        ((500, 250), {160: (160, 80), 480: (480, 240), 500: (500, 250)}),
        ((2400, 1600), {160: (160, 107), 480: (480, 320), 1200: (1200, 800)}),
        ((3000, 2), {160: (160, 1), 480: (480, 1), 1200: (1200, 1)}),
        ((2, 3000), {2: (2, 3000)}),
        ((1, 1), {1: (1, 1)}),
    ],
)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_files_are_as_wide_as_they_are_named_and_never_enlarged(
    size: tuple[int, int], files: dict[int, tuple[int, int]], format: str
):
    decoded = decoded_image(picture(size, format))

    assert (decoded.width, decoded.height) == size
    assert {width: opened(content).size for width, content in decoded.files.items()} == files
    assert {opened(content).format for content in decoded.files.values()} == {"WEBP"}


@pytest.mark.parametrize(
    ("mode", "format"),
    [
        *[(mode, "PNG") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")],
        *[(mode, "JPEG") for mode in ("L", "RGB", "CMYK")],
        *[(mode, "WEBP") for mode in ("RGB", "RGBA")],
    ],
)
def test_every_mode_of_colours_is_shown_alike(mode: str, format: str):
    image = Image.new("L", (60, 40), 0)
    image.paste(255, (30, 0, 60, 40))
    image = (
        image.convert("I").point(lambda value: value * 257).convert("I;16")
        if mode == "I;16"
        else image.convert(mode)
    )

    shown = opened(decoded_image(saved(image, format)).files[60]).convert("RGB")

    assert is_near(shown.getpixel((5, 20)), (0, 0, 0))
    assert is_near(shown.getpixel((55, 20)), (255, 255, 255))


def test_grey_of_sixteen_bits_keeps_its_shades():
    image = Image.new("I;16", (20, 20), 128 * 256)

    shown = opened(decoded_image(saved(image, "PNG")).files[20]).convert("RGB")

    assert is_near(shown.getpixel((10, 10)), (128, 128, 128))


@pytest.mark.parametrize(
    ("mode", "options"), [("RGBA", {}), ("LA", {}), ("P", {"transparency": 0}), ("L", {"transparency": 0})]
)
@pytest.mark.parametrize("size", [(40, 40), (3200, 40)])
def test_transparency_is_kept(mode: str, options: dict[str, Any], size: tuple[int, int]):
    image = Image.new(mode, size, 0)

    shown = opened(decoded_image(saved(image, "PNG", **options)).files[min(size[0], 1200)])

    assert shown.mode == "RGBA"
    assert shown.getextrema()[3] == (0, 0)


@pytest.mark.parametrize(
    ("orientation", "size", "top_left", "bottom_right"),
    [
        (1, (40, 30), RED, BLUE),
        (2, (40, 30), BLUE, RED),
        (3, (40, 30), BLUE, RED),
        (4, (40, 30), RED, BLUE),
        (5, (30, 40), RED, BLUE),
        (6, (30, 40), RED, BLUE),
        (7, (30, 40), BLUE, RED),
        (8, (30, 40), BLUE, RED),
        (9, (40, 30), RED, BLUE),
    ],
)
def test_picture_is_turned_as_the_camera_was_held(
    orientation: int, size: tuple[int, int], top_left: Any, bottom_right: Any
):
    decoded = decoded_image(camera_picture(orientation=orientation))

    shown = opened(decoded.files[size[0]])
    assert (decoded.width, decoded.height) == shown.size == size
    assert is_near(shown.getpixel((2, 2)), top_left)
    assert is_near(shown.getpixel((size[0] - 3, size[1] - 3)), bottom_right)


def test_nothing_is_left_of_metadata_profile_and_what_lies_behind_the_picture():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    polyglot = camera_picture() + b"PK\x03\x04<?php evil(); ?>" + SVG
    documented = picture(format="WEBP", icc_profile=profile, exif=camera_exif(), xmp=b"<x>secret</x>")

    for content in (polyglot, documented, chunked(PNG, chunk(b"tEXt", b"Author\0secret"))):
        for file in decoded_image(content).files.values():
            shown = opened(file)
            assert shown.info.keys() <= {"loop", "background", "timestamp", "duration"}
            assert dict(shown.getexif()) == {}
            assert b"ACME" not in file
            assert b"php" not in file
            assert b"secret" not in file


def test_colours_of_another_space_become_those_of_srgb():
    shown = opened(decoded_image(red_of_another_space()).files[20])

    assert is_near(shown.getpixel((10, 10)), (255, 0, 0))


@pytest.mark.parametrize(
    "profile", [b"no profile", ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()]
)
def test_profile_that_fits_nothing_counts_as_none(profile: bytes):
    decoded = decoded_image(picture(format="PNG", icc_profile=profile))

    assert is_near(opened(decoded.files[40]).getpixel((2, 2)), RED)


def test_cmyk_is_shown_in_its_colours():
    content = picture(mode="CMYK")
    assert opened(content).mode == "CMYK"

    shown = opened(decoded_image(content).files[40])

    assert shown.mode == "RGB"
    assert is_near(shown.getpixel((2, 2)), RED)


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_first_frame_of_an_animation_is_shown(format: str):
    frames = [Image.new("RGB", (30, 30), colour) for colour in (RED, BLUE)]

    decoded = decoded_image(saved(frames[0], format, save_all=True, append_images=frames[1:]))

    shown = opened(decoded.files[30])
    assert is_near(shown.getpixel((5, 5)), RED)
    assert not getattr(shown, "is_animated", False)


@needs_linux
def test_large_pictures_are_decoded_within_their_bounds():
    content = picture((6000, 4000), progressive=True)

    with bounded():
        decoded = decoded_image(content)

    assert sorted(decoded.files) == [160, 480, 1200]


def test_files_damaged_at_random_are_decoded_or_refused():
    random = Random(1)
    wholes = [JPEG, PNG, WEBP, camera_picture(orientation=6), picture(mode="CMYK"), red_of_another_space()]
    results: Counter[str] = Counter()

    for number in range(3000):
        damaged = bytearray(wholes[number % len(wholes)])
        for _time in range(random.choice([1, 2, 10])):
            damaged[random.randrange(random.choice([60, len(damaged)]))] = random.randrange(256)
        try:
            decoded_image(bytes(damaged))
            results["shown"] += 1
        except ImageInvalid as refusal:
            results[refusal.problem] += 1

    assert results.keys() >= {"shown", "format", "unreadable"}


def is_near(colour: Any, wanted: tuple[int, int, int]) -> bool:
    """Tell whether the colours look alike: both formats lose a little."""
    return all(abs(one - other) <= 12 for one, other in zip(colour[:3], wanted, strict=True))


@contextmanager
def bounded() -> Iterator[None]:
    """Fail when what is done takes two seconds of processor time, or 150 MB beside what there was."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak is the present from now on
    memory, started = memory_peak(), time.process_time()
    yield
    assert time.process_time() - started < 2
    assert memory_peak() - memory < 150_000_000


def memory_peak() -> int:
    """Return the most bytes that this process has held."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024
