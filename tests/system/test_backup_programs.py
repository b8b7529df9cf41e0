"""PostgreSQL's own programs for backups: how they are called, and what is told when they fail."""

import json
import os
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

RECORDER = """#!{python}
import json, os, sys
if "--version" in sys.argv:
    print("pg_dump (PostgreSQL) {version} (Debian)")
else:
    json.dump([sys.argv[1:], dict(os.environ)], open("{record}", "w"))
    sys.exit("pg_dump: error: connection  refused")
"""


@pytest.fixture
def record(tmp_path: Path, monkeypatch) -> Path:
    """Let a program that records how it is called, and then fails, be the pg_dump that is found."""
    return stand_in(tmp_path, monkeypatch, version=99)


def stand_in(folder: Path, monkeypatch, *, version: int) -> Path:
    record = folder / "record.json"
    program = folder / "pg_dump"
    program.write_text(RECORDER.format(python=sys.executable, version=version, record=record))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return record


def test_password_stands_in_no_list_of_processes(record: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "mellon")
    options = {"sslmode": "allow", "keepalives_idle": "30", "sslpassword": "speak friend"}
    monkeypatch.setitem(
        connection.settings_dict, "OPTIONS", {**connection.settings_dict["OPTIONS"], **options}
    )

    with pytest.raises(CommandError):
        call_command("backup", tmp_path / "store.dump")

    arguments, environment = json.loads(record.read_text())
    assert environment["PGPASSWORD"] == "mellon"
    assert (environment["PGSSLMODE"], environment["PGHOST"]) == ("allow", "127.0.0.1")
    assert environment["PGUSER"] == connection.settings_dict["USER"]
    name = connection.settings_dict["NAME"]
    assert arguments[0] == "--format=custom"
    address = arguments[-1].removeprefix("--dbname=").split()
    assert {f"dbname={name}", "keepalives_idle=30"} <= set(address)
    assert not {"mellon", "speak", "friend"} & set(" ".join(arguments).replace("=", " ").split())


def test_failing_program_is_quoted_and_leaves_no_file(record: Path, tmp_path: Path):
    file = tmp_path / "backups" / "store.dump"

    with pytest.raises(CommandError, match=r"^pg_dump: error: connection refused$"):
        call_command("backup", file)

    assert list(file.parent.iterdir()) == []


def test_server_newer_than_the_program_is_told_before_it_is_tried(tmp_path: Path, monkeypatch):
    record = stand_in(tmp_path, monkeypatch, version=9)
    server = connection.pg_version // 10_000

    with pytest.raises(CommandError, match=rf"pg_dump 9 cannot read a server of version {server}: install"):
        call_command("backup", tmp_path / "store.dump")

    assert not record.exists()


def test_missing_program_is_named(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PATH", os.devnull)

    with pytest.raises(CommandError, match=r"program pg_dump is missing\. .* apt install postgresql-client"):
        call_command("backup", tmp_path / "store.dump")
