"""The file `.env`."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from dotenv import load_dotenv
from dotenv.parser import parse_stream


def load(path: Path) -> list[str]:
    """Take the variables of the file that the environment lacks, and return what is wrong with the file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        return [f"{path.name} cannot be read: {reason}."]
    if "\0" in text:  # which the environment cannot hold
        return [f"{path.name} cannot be read: it is not UTF-8 text."]
    if problems := list(_unreadable_lines(path.name, text)):
        return problems
    load_dotenv(stream=StringIO(text))
    return []


def _unreadable_lines(name: str, text: str) -> Iterator[str]:
    for binding in parse_stream(StringIO(text)):
        if binding.error:
            found = binding.original.string  # which begins with the empty lines before it
            line = binding.original.line + found[: len(found) - len(found.lstrip())].count("\n")
            yield f"{name} cannot be read, line {line}: write NAME=value, or # before a comment."
