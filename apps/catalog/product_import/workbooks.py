"""A workbook (.xlsx) as the records of a table: formulas are their values, numbers and dates as typed.

It is read row by row, within bounds: a few kilobytes could unpack to more than any memory holds.
"""

import re
import shutil
import tempfile
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from decimal import Decimal
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, LargeZipFile, ZipFile

from django.utils.translation import gettext as _
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from apps.catalog.product_import.cells import Cell, FailedFormula
from apps.catalog.product_import.headings import UnusableFile

MAX_SHEET_BYTES = 1_000_000_000  # unpacked
MAX_STRING_BYTES = 100_000_000  # of the texts of all sheets, which are in memory
MAX_PART_BYTES = 10_000_000  # of a row, and of any other part of the workbook
MAX_ELEMENTS = 300_000  # of a row, and beside the rows: some 100 MB
MAX_ROWS = 1_048_576  # as many as a spreadsheet has
_SHEETS = "xl/worksheets/"
_ROW, _DEPTH_OF_ROWS = f"{SHEET_MAIN_NS}}}row", 2  # in `worksheet` and `sheetData`
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # what XML cannot hold, or would change
_PIECE_BYTES = 1_000_000
_BROKEN = (
    BadZipFile, EOFError, ExpatError, IndexError, InvalidFileException, KeyError, LargeZipFile,
    NotImplementedError, OSError, ParseError, RuntimeError, TypeError, ValueError, zlib.error,
)  # fmt: skip

warnings.filterwarnings("ignore", module="openpyxl")  # of styles and the like, which nobody reads here


class Sheet:
    """The records of the first sheet that can be seen."""

    lines_read = 0

    def __init__(self, reader: ExcelReader) -> None:
        sheets = [sheet for sheet in reader.wb.worksheets if sheet.sheet_state == "visible"]
        self._sheet: Any = sheets[0]

    def __iter__(self) -> Iterator[list[Cell]]:
        """Yield the records, each as wide as it is. Raises UnusableFile where the workbook is broken."""
        for record in self._records():
            while record and not record[-1]:
                record.pop()
            yield record

    def below(self, row: int, width: int) -> Iterator[list[Cell]]:
        """Yield the records below the row. Raises UnusableFile where the workbook is broken."""
        return self._records(row, width)

    def _records(self, above: int = 0, width: int | None = None) -> Iterator[list[Cell]]:
        try:
            for number, cells in self._rows():
                for _missing in range(above + 1, number):
                    yield [""] * (width or 0)
                if number > above:
                    yield _record(cells, width)
                    above = number
        except _BROKEN as error:
            raise _unreadable() from error

    def _rows(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Yield the rows that are there, each with its number.

        `iter_rows()` of openpyxl would keep what LibreOffice tells of each row, such as its height.
        """
        book = self._sheet.parent
        with self._sheet._get_source() as source:
            parser: Any = WorkSheetParser(
                source,
                self._sheet._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            for count, (number, cells) in enumerate(parser.parse(), start=1):
                if count > MAX_ROWS:  # all of them with the number of one
                    raise _too_large()
                if number > MAX_ROWS:
                    return
                parser.row_dimensions.clear()
                yield number, cells


@contextmanager
def opened_sheet(file: BinaryIO) -> Iterator[Sheet]:
    """Open the first sheet of the workbook. Raises UnusableFile when that is broken, or beyond all bounds."""
    file.seek(0)
    with tempfile.TemporaryFile() as copy:  # an archive is read from its end
        shutil.copyfileobj(file, copy)
        try:
            reader = ExcelReader(copy, read_only=True, data_only=True, keep_links=False)
            reader.read_manifest()
            _refuse_bombs(reader)
            reader.read()
            sheet = Sheet(reader)
        except _BROKEN as error:
            raise _unreadable() from error
        yield sheet


def _refuse_bombs(reader: ExcelReader) -> None:
    archive: ZipFile = reader.archive
    strings = reader.package.find(SHARED_STRINGS)
    limits = {strings.PartName.lstrip("/"): MAX_STRING_BYTES} if strings is not None else {}
    room = MAX_SHEET_BYTES
    for part in archive.infolist():
        is_sheet = part.filename.startswith(_SHEETS) and part.filename not in limits
        is_read = part.filename.endswith((".xml", ".rels"))
        limit = room if is_sheet else limits.get(part.filename, MAX_PART_BYTES if is_read else room)
        if part.file_size > limit or (is_sheet and _has_endless_row(archive, part.filename)):
            raise _too_large()
        room -= part.file_size


def _has_endless_row(archive: ZipFile, name: str) -> bool:
    """Tell whether a row, which is held as a whole, is longer than any that somebody would type.

    What stands beside the rows is held, too, and there must not be too much of it.
    """
    held = _Held()
    read = 0
    with archive.open(name) as part:
        while piece := part.read(_PIECE_BYTES):
            held.parser.Parse(piece)
            read += len(piece)
            if read - held.end_of_row > MAX_PART_BYTES or held.elements > MAX_ELEMENTS:
                return True
    return False


class _Held:
    """What is held of a sheet at a place of it: nothing of the rows before.

    Parsed, as a comment or an element in a row can look like the end of the row.
    """

    def __init__(self) -> None:
        self.parser = ParserCreate(namespace_separator="}")
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.elements = 0
        self.end_of_row = 0  # place of the latest, in bytes
        self._beside_rows = 0  # elements
        self._depth = 0

    def _begin(self, name: str, attributes: object) -> None:
        self._depth += 1
        self.elements += 1

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._depth != _DEPTH_OF_ROWS:
            return
        if name == _ROW:
            self.end_of_row = self.parser.CurrentByteIndex
            self.elements = self._beside_rows
        else:
            self._beside_rows = self.elements


def _record(cells: list[dict[str, Any]], width: int | None) -> list[Cell]:
    read = {cell["column"]: _cell(cell["value"], cell["data_type"]) for cell in cells}
    return [read.get(column, "") for column in range(1, (width or max(read, default=0)) + 1)]


def _cell(value: Any, data_type: str) -> Cell:
    if value is None:
        return ""
    if data_type == "e":
        return FailedFormula(value)
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(f"{value:.15g}" if isinstance(value, float) else value)  # as many digits as Excel has
    if isinstance(value, datetime) and value.time() == time.min:
        return str(value.date())
    return str(value)


def _too_large() -> UnusableFile:
    return UnusableFile(_("The workbook unpacks to more than can be read."))


def _unreadable() -> UnusableFile:
    return UnusableFile(_("The file is damaged or not an .xlsx workbook: save it as .xlsx again."))
