"""Pictures of the demo products: drawn by the store itself, from a table of shapes."""

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw

DRAWINGS = Path(__file__).with_name("drawings.txt")
SIDE = 800  # pixels
GRID = 100  # in which the shapes are given
SMOOTHING = 2  # they are drawn so many times as large, and made smaller
GROUNDS = ("#eef3f7", "#f7f1e8", "#eef5ee", "#f6eef2")  # behind them, in turn


def drawn_pictures() -> Iterator[tuple[str, bytes]]:
    """Yield each product's sku with its picture, as PNG."""
    lines = [line for line in DRAWINGS.read_text().splitlines() if not line.startswith("#")]
    for number, line in enumerate(lines):
        sku, shapes = line.split(" ", 1)
        yield sku, _drawn(shapes, GROUNDS[number % len(GROUNDS)])


def _drawn(shapes: str, ground: str) -> bytes:
    side = SIDE * SMOOTHING
    picture = Image.new("RGB", (side, side), ground)
    pencil = ImageDraw.Draw(picture)
    for shape in shapes.split(";"):
        kind, *numbers, colour = shape.split()
        _draw(pencil, kind, [float(number) * side / GRID for number in numbers], colour)
    file = io.BytesIO()
    picture.resize((SIDE, SIDE), Image.Resampling.BOX).save(file, "PNG", compress_level=1)
    return file.getvalue()


def _draw(pencil: ImageDraw.ImageDraw, kind: str, numbers: list[float], colour: str) -> None:
    unit = SIDE * SMOOTHING / GRID
    if kind == "r":
        pencil.rounded_rectangle(numbers, radius=2 * unit, fill=colour)
    elif kind == "e":
        pencil.ellipse(numbers, fill=colour)
    elif kind == "p":
        pencil.polygon(numbers, fill=colour)
    elif kind == "l":
        pencil.line(numbers[:-1], fill=colour, width=round(numbers[-1]))
    else:
        *box, start, end, width = numbers
        pencil.arc(box, start / unit, end / unit, fill=colour, width=round(width))
