"""Workbooks made for tests."""

import io

from openpyxl import Workbook

HEADING = ("Артикул", "Наименование", "Цена", "Категория", "Остаток")


def workbook(*rows, heading=HEADING) -> bytes:
    book = Workbook()
    for row in (heading, *rows):
        book.active.append(row)
    return saved(book)


def saved(book) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
