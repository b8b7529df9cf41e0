"""Typed readers of environment variables, which collect every problem and report all of them at once."""

import contextlib
import os
import re
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# Django's own check (security.W009) asks for 50; PyJWT asks for 32 bytes with HS256.
SECRET_MIN_LENGTH = 50

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}  # seconds

T = TypeVar("T")


class Rate(NamedTuple):
    """So many requests in so many seconds."""

    requests: int
    seconds: int


class Environment:
    """Read variables by type and remember unreadable ones, until `complain` raises for all together."""

    def __init__(self, variables: dict[str, str] | None = None) -> None:
        self._variables = dict(os.environ) if variables is None else variables
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """Return the variable, or the content of the file that `<name>_FILE` names, or the default."""
        if value := self._variables.get(name, "").strip():
            return value
        if path := self._variables.get(f"{name}_FILE", "").strip():
            return self._file_content(name, path)
        return default

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a yes/no variable: true/false, yes/no, on/off, 1/0 in any case."""
        words = {"true": True, "yes": True, "on": True, "1": True}
        words |= {"false": False, "no": False, "off": False, "0": False}
        return self._read(name, default, lambda text: words[text.lower()], "true or false")

    def number(self, name: str, default: int, *, at_least: int = 0, at_most: int | None = None) -> int:
        """Return a whole number that is not below `at_least`, nor above `at_most`."""

        def read(text: str) -> int:
            number = int(text)
            if number < at_least or (at_most is not None and number > at_most):
                raise ValueError(text)
            return number

        limit = "" if at_most is None else f" and at most {at_most}"
        return self._read(name, default, read, f"a whole number, at least {at_least}{limit}")

    def seconds(self, name: str, default: float) -> float:
        """Return a duration in seconds, above zero."""

        def read(text: str) -> float:
            if not 0 < (seconds := float(text)) < float("inf"):
                raise ValueError(text)
            return seconds

        return self._read(name, default, read, "a number of seconds above 0")

    def rate(self, name: str, default: str) -> Rate | None:
        """Return a rate such as `20/hour`; None, no limit, for an empty text, given or the default."""

        def read(text: str) -> Rate:
            match = re.fullmatch(r"([1-9][0-9]{0,8})/(second|minute|hour|day)", text)
            return Rate(int(match[1]), UNITS[match[2]]) if match else _fail(text)

        fallback = read(default) if default and name not in self._variables else None
        return self._read(name, fallback, read, "a rate such as 20/hour or 600/minute, or empty")

    def choice(self, name: str, default: str, *, among: tuple[str, ...]) -> str:
        """Return one of a few words."""
        words = {word: word for word in among}
        return self._read(name, default, lambda text: words[text.lower()], " or ".join(among))

    def words(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """Return a comma-separated list without empty entries."""
        text = self.text(name)
        return [word.strip() for word in text.split(",") if word.strip()] if text else list(default)

    def web_address(self, name: str, default: str = "") -> str:
        """Return an absolute http(s) address without a trailing slash."""

        def read(text: str) -> str:
            parts = urlsplit(text)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError(text)
            return text.rstrip("/")

        return self._read(name, default, read, "an address that begins with http:// or https://")

    def database(self, name: str, default: str, *, engines: dict[str, str]) -> dict[str, Any]:
        """Return the connection part of a DATABASES entry, from an address of the database.

        `engines` maps the schemes that are understood to Django's engines. A password that the address lacks
        is looked for in `DATABASE_PASSWORD` or the file that `DATABASE_PASSWORD_FILE` names.
        """
        password = self.text("DATABASE_PASSWORD")

        def read(text: str) -> dict[str, Any]:
            parts = urlsplit(text)
            engine = engines[parts.scheme]
            if parts.scheme == "sqlite":
                prefix, name = text[: len("sqlite:///")], text[len("sqlite:///") :]
                return {"ENGINE": engine, "NAME": name if name and prefix == "sqlite:///" else _fail(text)}
            return {
                "ENGINE": engine,
                "NAME": unquote(parts.path.lstrip("/")) or _fail(text),
                "USER": unquote(parts.username or ""),
                "PASSWORD": unquote(parts.password or "") or password,
                "HOST": parts.hostname or "",
                "PORT": str(parts.port or ""),
                "OPTIONS": {key: values[-1] for key, values in parse_qs(parts.query).items()},
            }

        expected = "sqlite:///path or postgres://user:password@host:5432/name"
        return self._read(name, read(default), read, expected)

    def mail_server(self, name: str) -> dict[str, Any]:
        """Return Django's EMAIL_* settings of an smtp:// or smtps:// address, or none without one."""

        def read(text: str) -> dict[str, Any]:
            parts = urlsplit(text)
            if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
                raise ValueError(text)
            encrypted = parts.scheme == "smtps"
            return {
                "EMAIL_HOST": parts.hostname,
                "EMAIL_PORT": parts.port or (465 if encrypted else 25),
                "EMAIL_HOST_USER": unquote(parts.username or ""),
                "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
                "EMAIL_USE_SSL": encrypted,
                "EMAIL_USE_TLS": parse_qs(parts.query).get("starttls") == ["true"],
            }

        return self._read(name, {}, read, "smtp://user:password@host:port or smtps://…")

    def secret(self, name: str, *, keep_in: Path | None, example: str = "") -> str:
        """Return a secret of at least 50 characters.

        Where `keep_in` names a file, a missing secret is made once and kept there, readable by its owner
        only; where it is None a missing secret is a problem. So is a short one, and the one of
        `.env.example`.
        """
        value = self.text(name)
        if not value and keep_in is not None:
            return _kept_secret(keep_in)
        if not value:
            self.problems.append(f"{name} (or {name}_FILE) must be given.")
        elif len(value) < SECRET_MIN_LENGTH or value == example:
            self.problems.append(
                f"{name} must be a random text of at least {SECRET_MIN_LENGTH} characters, not an example's: "
                'python -c "import secrets; print(secrets.token_urlsafe(64))" makes one.'
            )
        return value

    def optional_secret(self, name: str, *, example: str) -> str:
        """Return a secret as above, or an empty text when none is given."""
        return self.secret(name, keep_in=None, example=example) if self.text(name) else ""

    def complain(self) -> None:
        """Raise ImproperlyConfigured with every problem found so far, if there is one."""
        if self.problems:
            raise ImproperlyConfigured("The configuration cannot be used. " + " ".join(self.problems))

    def _read(self, name: str, default: T, read: Callable[[str], T], expected: str) -> T:
        text = self.text(name)
        if not text:
            return default
        try:
            return read(text)
        except (KeyError, ValueError):
            self.problems.append(f"{name} must be {expected}.")  # never the value: it may hold a password
            return default

    def _file_content(self, name: str, path: str) -> str:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
            self.problems.append(f"{name}_FILE cannot be read: {reason}.")
            return ""


def _fail(text: str) -> NoReturn:
    raise ValueError(text)


def _kept_secret(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent)  # mode 0600
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(64))
        # A hard link appears whole and only once: of processes that start together, one wins and all read the
        # same.
        with contextlib.suppress(FileExistsError):
            Path(path).hardlink_to(draft)
        Path(draft).unlink()
    return path.read_text(encoding="utf-8")
