"""Kinds of files, told by their first bytes."""

from typing import BinaryIO

from django.utils.translation import gettext as _

from apps.catalog.product_import.headings import UnusableFile

_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def is_workbook(file: BinaryIO) -> bool:
    """Tell whether the file is a workbook that can be read."""
    file.seek(0)
    return file.read(len(_ZIP)) == _ZIP


def refuse_old_workbook(file: BinaryIO) -> None:
    """Raise UnusableFile for a workbook as Excel saved it before 2007, or with a password."""
    file.seek(0)
    if file.read(len(_OLD)) == _OLD:
        raise UnusableFile(
            _("Workbooks in the old format (.xls) or with a password cannot be read: save as .xlsx.")
        )
