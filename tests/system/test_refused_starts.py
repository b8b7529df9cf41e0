"""However the store is started: what cannot be used is told in a few plain lines, and no secret is shown."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
WRONG = {
    "CELERY_BROKER_URL": "redis://:pa55word@redis:port/0",
    "DATABASE_STATEMENT_TIMEOUT": "pa55word",
    "DATABASE_URL": "postgres://store:pa55word@db/store?sslmode=reqire",
    "DJANGO_SECRET_KEY": "pa55word",
    "EMAIL_URL": "smtp://me:pa55word@mail.example",
    "LOG_FORMAT": "pa55word",
    "WEB_THREADS": "pa55word",
    "WORKER_CONCURRENCY": "pa55word",
}
IN_ANOTHER_WAY = [  # the same programs
    ["python", "manage.py", "no_such_command"],
    ["celery", "-A", "online_store", "beat"],
    ["sh", "entrypoint.sh", "web"],
]
STARTS = [
    ["python", "manage.py", "embedded"],  # what `make run` does
    ["celery", "-A", "online_store", "worker"],
    ["gunicorn", "online_store.wsgi"],
    *(pytest.param(command, marks=pytest.mark.long) for command in IN_ANOTHER_WAY),
]


@pytest.mark.parametrize("command", STARTS, ids=" ".join)
def test_wrong_variables_end_the_start_with_one_list_of_them(tmp_path, command):
    done = start(command, tmp_path, **WRONG, EMAIL_FROM="")

    heading, *lines = done.stderr.splitlines()
    assert done.returncode == 1
    assert heading == "The configuration is invalid."
    assert sorted(line.removeprefix("- ").split()[0] for line in lines) == sorted([*WRONG, "EMAIL_FROM"])
    assert done.stdout == ""
    assert "pa55" not in done.stderr
    assert not list((tmp_path / "var").glob("*key"))


def test_embedded_store_behind_gunicorn_is_refused_as_well(tmp_path):
    done = start(["gunicorn", "online_store.wsgi"], tmp_path, STORE_EMBEDDED="true", PORT="99999")

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "The configuration is invalid. PORT must be a whole number from 1 to 65535."
    ]


def start(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "VAR_DIR": str(folder / "var"),
        **variables,
    }
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
