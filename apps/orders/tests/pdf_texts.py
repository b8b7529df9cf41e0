"""Texts of a PDF, and where they stand."""

import re
from io import BytesIO
from itertools import pairwise

from pypdf import PdfReader
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth

from apps.orders.invoice_fonts import FONT


def lines_of(pdf: bytes) -> list[str]:
    """Return the rows of text from top to bottom, each from left to right."""
    rows: dict[float, list[tuple[float, str]]] = {}
    for x, y, text in pieces_of(pdf):
        rows.setdefault(round(y), []).append((x, text))
    return [
        re.sub(r"\s+", " ", " ".join(text for _x, text in sorted(row))).strip()
        for _y, row in sorted(rows.items(), reverse=True)
    ]


def pieces_of(pdf: bytes) -> list[tuple[float, float, str]]:
    """Return every piece of text with its place on the (single) page."""
    pieces = []

    def note(text: str, matrix: list[float], text_matrix: list[float], *_font: object) -> None:
        if text.strip():
            pieces.append((matrix[4] + text_matrix[4], matrix[5] + text_matrix[5], text.strip()))

    (page,) = PdfReader(BytesIO(pdf)).pages
    page.extract_text(visitor_text=note)
    return pieces


def overlapping_pieces_of(pdf: bytes) -> list[tuple[str, str]]:
    """Return the neighbours of a row of which the left one reaches into the right one, or out of the page."""
    rows: dict[float, list[tuple[float, str]]] = {}
    for x, y, text in pieces_of(pdf):
        rows.setdefault(round(y), []).append((x, text))
    return [
        (left, right)
        for row in rows.values()
        for (x, left), (limit, right) in pairwise([*sorted(row), (A4[0], "the edge")])
        if x + stringWidth(left, FONT, 9) > limit
    ]


def unspaced(pdf: bytes) -> str:
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))
