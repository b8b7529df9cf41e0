"""Errors of jobs as they are stored."""

import traceback

MAX_LENGTH = 4000  # characters


def traceback_of(error: BaseException) -> str:
    """Return the traceback as a text that every database takes."""
    text = "".join(traceback.format_exception(error)).replace("\0", "")
    # Half a surrogate pair, as from a file name that is not UTF-8, is in no text that a database takes.
    return text.encode(errors="backslashreplace").decode()[-MAX_LENGTH:]


def line_of(error: BaseException) -> str:
    """Return the line that tells what happened: Python puts it last."""
    return last_line(traceback_of(error))


def last_line(text: str) -> str:
    """Return the last line of a traceback."""
    return text.rstrip().rpartition("\n")[2]
