"""Private files: readable by the store's own account alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from online_store.private_files import make_private_folder

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
# Writes, so that the logs of the database are there; keeps a session of the cache, and sends an e-mail.
USED = """
import os
from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE IF NOT EXISTS parcel (id integer)")
    cursor.execute("INSERT INTO parcel VALUES (1)")
    cache.set("key", "value")
    send_mail("Subject", "Body", None, ["olga@example.com"])
    for folder, _folders, names in os.walk(settings.VAR_DIR):
        for path in [folder, *(os.path.join(folder, name) for name in names)]:
            print(oct(os.stat(path).st_mode & 0o777), os.path.relpath(path, settings.VAR_DIR))
"""


def modes_after_use(folder: Path) -> dict[str, str]:
    """Return the modes of files and folders while a process of the store uses them, with the usual umask."""
    variables = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    ended = subprocess.run(
        [sys.executable, MANAGE, "shell", "-c", USED],
        env={**variables, "VAR_DIR": str(folder), "STORE_EMBEDDED": "true"},
        capture_output=True,
        text=True,
        umask=0o022,
        check=True,
    )
    lines = [line.split(" ", 1) for line in ended.stdout.splitlines() if line.startswith("0o")]
    return {name: mode for mode, name in lines}


def assert_private(modes: dict[str, str]) -> None:
    assert {modes[name] for name in ("store.sqlite3", "store.sqlite3-wal", "store.sqlite3-shm")} == {"0o600"}
    assert modes["."] == "0o700"
    files = {mode for name, mode in modes.items() if name.endswith((".eml", ".djcache", "_key", "sqlite3"))}
    assert files == {"0o600"}
    assert sum(name.endswith((".eml", ".djcache", "_key")) for name in modes) >= 4


def test_new_folder_and_all_that_is_put_into_it_are_private(tmp_path):
    assert_private(modes_after_use(tmp_path / "not" / "yet" / "there"))


@pytest.mark.long
def test_folder_and_database_of_a_former_release_are_closed_to_others(tmp_path):
    folder = tmp_path / "var"
    folder.mkdir(mode=0o755)
    (folder / "store.sqlite3").touch(mode=0o644)

    assert_private(modes_after_use(folder))


def test_empty_folder_is_closed_to_others(tmp_path):
    tmp_path.chmod(0o755)

    make_private_folder(tmp_path)

    assert tmp_path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("mode", "contents"),
    [
        (0o755, ["of_somebody_else"]),
        (0o755, ["cache", "lib", "log", "mail"]),
        (0o755, ["bin", "etc", "secret_key", "static"]),  # the second start of who gave the root
        (0o1777, ["store.sqlite3"]),
    ],
)
def test_folder_that_others_use_too_is_left_to_them(tmp_path, mode, contents):
    for name in contents:
        (tmp_path / name).touch()
    tmp_path.chmod(mode)

    make_private_folder(tmp_path)

    assert tmp_path.stat().st_mode & 0o7777 == mode
