"""Rows as a workbook (.xlsx) of one sheet, written part by part in flat memory.

openpyxl writes a workbook from its beginning to its end, in one process. This one can be left off after any
part and gone on with by another worker, as a CSV file can.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from django.utils import timezone
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel

from apps.import_export.archives import Archive, FileFull
from apps.import_export.formats import MAX_ROWS
from apps.import_export.formula_escaping import escaped
from apps.import_export.registry import ExportKind, Row

MAX_TEXT = 32_767  # UTF-16 code units in a cell; Excel calls a file with more of them broken
MAX_DIGITS = 15  # characters of a number: a spreadsheet makes the digits behind them zeros
PART_LENGTH = 1_000_000  # characters before they are packed, after which a part is full

# What XML cannot hold, or would change, is written as _xHHHH_; so is what looks like that.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_NUMBER, _TEXT, _AMOUNT, _TIME, _HEADING = range(5)  # the `xf` of the styles below
_SHEET = "xl/worksheets/sheet1.xml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}styles+xml"/>'
        f'<Override PartName="/{_SHEET}" ContentType="{_TYPE}worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    # Built-in formats: 49 is text, so that what is typed over a sku stays one too; 2 is 0.00; 22 is a time as
    # the reader's country writes it.
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}">'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="22" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"'
        ' applyFont="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}
_SHEET_BEGINNING = (
    f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultRowHeight="15"/>'
    '<cols><col min="1" max="{columns}" width="20" customWidth="1"/></cols><sheetData>'
)
_SHEET_END = "</sheetData></worksheet>"


class Workbook:
    """A workbook as far as it is written: `state`, which is kept as JSON, and so many rows.

    Its methods raise FileFull where the table has more than a workbook has room for.
    """

    def __init__(self, state: dict[str, Any], rows: int) -> None:
        self._archive = Archive(state)
        self._rows = rows

    def beginning(self, kind: ExportKind, further: Iterable[str] = ()) -> bytes:
        """Return what stands before the rows."""
        columns = (*kind.columns, *further)
        parts = {**_PARTS, "xl/workbook.xml": _workbook(kind.name)}
        before = [self._archive.whole_entry(name, (_XML + xml).encode()) for name, xml in parts.items()]
        heading = "".join(_text_cell(_place(index, 1), name, _HEADING) for index, name in enumerate(columns))
        text = f'{_XML}{_SHEET_BEGINNING.format(columns=len(columns))}<row r="1">{heading}</row>'
        return b"".join(before) + self._archive.begin(_SHEET) + self._archive.append(text.encode())

    def parts(self, rows: Iterable[Row]) -> Iterator[tuple[int, bytes]]:
        """Yield the rows in parts of bounded size, each with the number of its rows."""
        text: list[str] = []
        length = count = 0
        for row in rows:
            text.append(self._row(row))
            length += len(text[-1])
            count += 1
            if length >= PART_LENGTH:
                yield count, self._archive.append("".join(text).encode())
                text, length, count = [], 0, 0
        if text:
            yield count, self._archive.append("".join(text).encode())

    def end(self) -> bytes:
        """Return what stands behind the rows."""
        sheet = self._archive.append(_SHEET_END.encode()) + self._archive.end()
        return sheet + self._archive.directory()

    def _row(self, row: Row) -> str:
        self._rows += 1
        if self._rows > MAX_ROWS:
            raise FileFull
        number = self._rows + 1
        cells = (_cell(_place(index, number), value) for index, value in enumerate(row) if value is not None)
        return f'<row r="{number}">{"".join(cells)}</row>'


def _workbook(title: str) -> str:
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{title}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _place(index: int, number: int) -> str:
    return f"{get_column_letter(index + 1)}{number}"


def _cell(place: str, value: Any) -> str:
    if isinstance(value, datetime):
        # A sheet knows no time zones: it shows the times that the admin shows.
        local = timezone.make_naive(value, timezone.get_default_timezone())
        return f'<c r="{place}" s="{_TIME}"><v>{to_excel(local)!r}</v></c>'
    if isinstance(value, str):
        return _text_cell(place, escaped(value), _TEXT)
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    if len(text) > MAX_DIGITS:
        return _text_cell(place, text, _TEXT)
    return f'<c r="{place}" s="{_AMOUNT if isinstance(value, Decimal) else _NUMBER}"><v>{text}</v></c>'


def _text_cell(place: str, text: str, style: int) -> str:
    """Return a cell of text, which no spreadsheet takes for a formula: it is said to be text."""
    if not text:
        return ""
    written = escape(_UNWRITABLE.sub(_as_number, _shortened(text)))
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>'


def _as_number(found: re.Match[str]) -> str:
    return f"_x{ord(found[0]):04X}_"


def _shortened(text: str) -> str:
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MAX_TEXT:
        return text
    return units[: 2 * (MAX_TEXT - 1)].decode("utf-16-le", errors="ignore") + "…"
