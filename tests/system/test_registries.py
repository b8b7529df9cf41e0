"""Registries of the apps: found by the names of files, without an import anywhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from online_store.apps import REGISTERING

HERE = Path(__file__).parents[2]
REGISTERED_BY = {
    r"^@ends\(": {"revocation.py"},
    r"^@erases\b": {"erasure.py"},
    r"^register_fault_codes\(": {"exceptions.py"},
    r"\bexportable\(": {"exports.py"},
    r"^@handler\(": {"jobs.py"},
    r"^register_subjects\(": {"jobs.py"},
    r"^@daily\b|^daily\(": {"maintenance.py"},
    r"^@receiver\(": {"receivers.py", "caching.py"},
    r"= CacheNamespace\(": {"caching.py"},
}


@pytest.mark.parametrize(("registration", "names"), REGISTERED_BY.items())
def test_everything_is_registered_in_the_file_of_that_name(registration: str, names: set[str]):
    assert {name.removesuffix(".py") for name in names} <= set(REGISTERING)
    files = [path for path in HERE.glob("apps/**/*.py") if "tests" not in path.parts]
    where = [path for path in files if re.search(registration, path.read_text(), re.MULTILINE)]

    defined = re.compile(r"^def (exportable)\(", re.MULTILINE)
    assert {path.name for path in where if not defined.search(path.read_text())} == names


def test_all_of_them_are_found_without_an_import():
    # As by a command or a worker, which load no addresses.
    program = "import django, sys; django.setup(); print(*sys.modules)"
    files = [path for name in REGISTERING for path in HERE.glob(f"apps/*/{name}.py")]

    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=HERE, capture_output=True, text=True, check=True
    ).stdout.split()

    modules = {f"apps.{path.parent.name}.{path.stem}" for path in files}
    assert len(modules) > 15
    assert modules - set(loaded) == set()
