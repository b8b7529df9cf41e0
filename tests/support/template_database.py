"""A migrated database that the processes of a run copy: to migrate takes each of them several seconds.

The first process starts this module as a program of its own, which works while the others collect tests:

python -m tests.support.template_database OUTCOME
"""

import shutil
import subprocess
import sys
from pathlib import Path

from django.db import connection

from tests.support.processes import BASE_DIR, wait_for

MODULE = "tests.support.template_database"


def start_template(outcome: Path) -> "subprocess.Popen[bytes]":
    """Start to make a template: ready when the file is there, it goes when the process's input ends."""
    command = [sys.executable, "-m", MODULE, str(outcome)]
    return subprocess.Popen(command, cwd=BASE_DIR, stdin=subprocess.PIPE)


def end(program: "subprocess.Popen[bytes]") -> None:
    """End the program's input, and wait for its end."""
    program.communicate()


def begin_with_copy(outcome: Path) -> None:
    """Wait for the template, and let the test database begin as a copy of it.

    Raises RuntimeError when it could not be made.
    """
    wait_for(outcome.exists)
    if problem := outcome.read_text():
        raise RuntimeError(problem)
    test = connection.settings_dict["TEST"]
    if connection.vendor == "sqlite":
        shutil.copy(_name_beside(outcome), test["NAME"])
    else:
        test["TEMPLATE"] = _name_beside(outcome)


def main(outcome: Path) -> None:
    """Make the template, write nothing or that it failed, and remove it when the input has ended."""
    usual, problem = connection.settings_dict["NAME"], "The standard error says why there is no template."
    connection.settings_dict["TEST"]["NAME"] = _name_beside(outcome)
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()
        if connection.vendor == "postgresql":
            connection.close_pool()  # type: ignore[attr-defined]  # nobody may be in what is copied
        problem = ""
    finally:
        written = outcome.with_suffix(".new")
        written.write_text(problem)
        written.rename(outcome)
    sys.stdin.read()
    connection.creation.destroy_test_db(usual, verbosity=0)


def _name_beside(outcome: Path) -> str:
    if connection.vendor == "sqlite":
        return str(outcome.with_suffix(".sqlite3"))
    return f"test_{connection.settings_dict['NAME']}_template"


if __name__ == "__main__":
    import django

    django.setup()
    main(Path(sys.argv[1]))
