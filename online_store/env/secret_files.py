"""Secrets that a local start makes once and keeps."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from online_store.env.values import Unusable

SECRET_MIN_LENGTH = 50  # Django's own check (security.W009) asks for it; PyJWT asks for 32 bytes with HS256


def kept_secret(path: Path) -> str:
    """Return the secret that the file holds; one that is not there is made, readable by its owner only."""
    try:
        if not path.exists():
            _make(path)
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        secret = ""
    if len(secret) < SECRET_MIN_LENGTH:
        raise Unusable(
            f"is stored in {path}, which cannot be created or read, or is damaged: repair or delete the file"
        )
    return secret


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent)  # mode 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(64))
    # A hard link appears whole and only once: of processes that start together, one wins and all read the
    # same.
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    Path(draft).unlink()
