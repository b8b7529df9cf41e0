"""The formats that staff choose from, and how a file of each is written."""

from dataclasses import dataclass

from django.db import models
from django.utils.formats import get_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS = 1_048_575  # of the sheet of a workbook, below its heading


class FileFormat(models.TextChoices):
    """What a file is for."""

    WORKBOOK = "xlsx", _("Excel workbook (.xlsx)")
    SPREADSHEET = "spreadsheet", _("CSV for Excel")
    PROGRAMS = "programs", _("CSV for other programs")

    @property
    def help_text(self) -> str | Promise:
        """Return when to choose it."""
        return _HELP_TEXTS[self]


_HELP_TEXTS = {
    FileFormat.WORKBOOK: _(
        "Opens in Excel, LibreOffice and Google Sheets. The best choice for editing products and importing "
        "them: nothing is lost."
    ),
    FileFormat.SPREADSHEET: _(
        "If it has to be CSV: with semicolons, and with numbers and times as people write them."
    ),
    FileFormat.PROGRAMS: _(
        "For exchange with other systems: with commas, decimal points and times in UTC. Opened in Excel, it "
        "can lose leading zeros."
    ),
}


@dataclass(frozen=True)
class Writing:
    """How a file is written: commas for programs, semicolons for spreadsheets, none for a workbook."""

    has_mark: bool = False
    delimiter: str = ","
    decimal: str = "."

    @property
    def is_for_programs(self) -> bool:
        """Tell whether a program reads the file."""
        return self.delimiter == ","

    @property
    def is_workbook(self) -> bool:
        """Tell whether the file is a workbook."""
        return not self.delimiter

    @property
    def extension(self) -> str:
        """Return the end of the file's name."""
        return "xlsx" if self.is_workbook else "csv"

    @property
    def content_type(self) -> str:
        """Return what a browser is told that the file is."""
        return WORKBOOK_TYPE if self.is_workbook else "text/csv; charset=utf-8"


def writing_of(file_format: FileFormat, language: str) -> Writing:
    """Return how a file of the format is written for somebody who reads this language."""
    if file_format == FileFormat.WORKBOOK:
        return Writing(delimiter="")
    if file_format == FileFormat.SPREADSHEET:
        return Writing(has_mark=True, delimiter=";", decimal=get_format("DECIMAL_SEPARATOR", language))
    return Writing()
