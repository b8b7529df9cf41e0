"""The records of a CSV file (RFC 4180), read strictly: a broken one spoils nothing but its own line."""

import csv
from collections import deque
from collections.abc import Callable, Iterator


class Records:
    """The records of a file, each as its cells; None stands for a line that is no record.

    That is a line with a quotation mark that is not closed, one with text behind a closing mark, or one with
    a cell longer than `csv.field_size_limit()` characters. A mark that is not closed would take the lines up
    to the next mark into one cell. So when a record of several lines is broken, or one of the lines inside of
    it looks like a row of the table, only its first line is given up, and the others are read again.
    """

    def __init__(
        self, lines: Iterator[str], *, looks_like_row: Callable[[list[str]], bool], delimiter: str = ","
    ) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._looks_like_row = looks_like_row
        self._again: deque[str] = deque()
        self._of_record: list[str] = []
        self._reader = csv.reader(_Lines(self._next_line), delimiter=delimiter, strict=True)
        self.lines_read = 0
        self.broken_line = ""  # for which the latest None stands

    def __iter__(self) -> Iterator[list[str] | None]:
        """Yield the records that are left. Raises UnicodeError where the encoding is another."""
        while True:
            self._of_record.clear()
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error:
                cells = None
            if cells is None or any(map(self._is_row_by_itself, self._of_record[1:])):
                self.broken_line = self._of_record[0]
                self._again.extendleft(reversed(self._of_record[1:]))
                cells = None
            yield cells

    def _next_line(self) -> str:
        if self._again:
            line = self._again.popleft()
        else:
            line = next(self._lines)
            self.lines_read += 1
        self._of_record.append(line)
        return line

    def _is_row_by_itself(self, line: str) -> bool:
        try:
            return self._looks_like_row(next(csv.reader([line], delimiter=self._delimiter)))
        except csv.Error:
            return False


class _Lines:
    """An iterator that can go on after its end, when lines are to be read again."""

    def __init__(self, next_line: Callable[[], str]) -> None:
        self._next_line = next_line

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        return self._next_line()
