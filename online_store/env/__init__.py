"""Typed readers of environment variables, which collect every problem and report all of them at once."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

from online_store.env.secret_files import SECRET_MIN_LENGTH, kept_secret
from online_store.env.values import (
    Rate,
    Reader,
    Unusable,
    choice,
    flag,
    is_one_line,
    rate,
    seconds,
    whole_number,
)

NEXT = "\n- "

T = TypeVar("T")


class Environment:
    """Read variables by type and remember unreadable ones, until `complain` raises for all together."""

    def __init__(self, variables: dict[str, str] | None = None, problems: Iterable[str] = ()) -> None:
        self._variables = dict(os.environ) if variables is None else variables
        self.problems = list(problems)
        self.warnings: list[str] = []  # of what works, and should not be so

    def text(self, name: str, default: str = "") -> str:
        """Return the variable, or the content of the file that `<name>_FILE` names, or the default."""
        if value := self._variables.get(name, "").strip():
            return self._one_line(name, value)
        if path := self._variables.get(f"{name}_FILE", "").strip():
            return self._one_line(f"{name}_FILE", self._file_content(name, path))
        return default

    def read(self, name: str, default: T, reader: Reader[T]) -> T:
        """Return what the reader makes of the variable; the default when it is not given or unusable."""
        text = self.text(name)
        if not text:
            return default
        try:
            return reader(text)
        except Unusable as unusable:
            self.refuse(f"{name} {unusable}.")  # never the value: it may hold a password
            return default

    def folder(self, name: str, default: Path, reader: Reader[Path]) -> Path:
        """Return the folder that the variable names, or the default one, as the reader has made it."""
        text = self.text(name)
        try:
            return reader(text or str(default))
        except Unusable as unusable:
            if text or os.path.isdir(default.parent):  # else the folder above it is the problem, and was told
                self.refuse(f"{name} {unusable}.")
            return Path(text or default)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a yes/no variable: true/false, yes/no, on/off, 1/0 in any case."""
        return self.read(name, default, flag)

    def number(self, name: str, default: int, *, at_least: int = 0, at_most: int) -> int:
        """Return a whole number that is not below `at_least`, nor above `at_most`."""
        return self.read(name, default, whole_number(at_least, at_most))

    def seconds(self, name: str, default: float, *, at_most: int) -> float:
        """Return a duration in seconds, above zero."""
        return self.read(name, default, seconds(at_most))

    def rate(self, name: str, default: str) -> Rate | None:
        """Return a rate such as `20/hour`; None, no limit, for an empty text, given or the default."""
        fallback = rate(default) if default and name not in self._variables else None
        return self.read(name, fallback, rate)

    def choice(self, name: str, default: str, *, among: tuple[str, ...]) -> str:
        """Return one of a few words."""
        return self.read(name, default, choice(*among))

    def words(self, name: str, default: tuple[str, ...], reader: Reader[str]) -> list[str]:
        """Return what the reader makes of each entry of a comma-separated list, in which none is empty."""

        def read(text: str) -> list[str]:
            words = [word.strip() for word in text.split(",") if word.strip()]
            return [reader(word) for word in words]

        return self.read(name, list(default), read)

    def secret(self, name: str, *, keep_in: Path | None, example: str = "") -> str:
        """Return a secret of at least 50 characters.

        Where `keep_in` names a file, a missing secret is made once and kept there, readable by its owner
        only; where it is None a missing secret is a problem. So is a short one, and the one of
        `.env.example`.
        """
        value = self.text(name)
        if not value and keep_in is not None:
            return self._kept(name, keep_in)
        if not value:
            self.refuse(f"{name} (or {name}_FILE) must be set.")
        elif len(value) < SECRET_MIN_LENGTH or value == example:
            self.refuse(
                f"{name} must be a random text of at least {SECRET_MIN_LENGTH} characters, not the example: "
                'python -c "import secrets; print(secrets.token_urlsafe(64))" generates one.'
            )
        return value

    def optional_secret(self, name: str, *, example: str) -> str:
        """Return a secret as above, or an empty text when none is given."""
        return self.secret(name, keep_in=None, example=example) if self.text(name) else ""

    def refuse(self, problem: str) -> None:
        """Remember a problem, once; it must show no value."""
        if problem not in self.problems:
            self.problems.append(problem)

    def complain(self) -> None:
        """Raise ImproperlyConfigured with every problem found so far, one a line, if there is one."""
        if self.problems:
            separator = NEXT if len(self.problems) > 1 else " "
            raise ImproperlyConfigured(separator.join(["The configuration is invalid.", *self.problems]))

    def _one_line(self, name: str, value: str) -> str:
        if not is_one_line(value):
            self.refuse(f"{name} must be one line of UTF-8 text without control characters.")
            return ""
        return value

    def _file_content(self, name: str, path: str) -> str:
        try:
            return Path(path).read_text(encoding="utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            self.refuse(f"{name}_FILE cannot be read: {reason}.")
            return ""

    def _kept(self, name: str, path: Path) -> str:
        if self.problems:  # nothing is made by a start that is refused
            return ""
        try:
            return kept_secret(path)
        except Unusable as unusable:
            self.refuse(f"{name} {unusable}.")
            return ""
