"""Registries of the apps: found by the names of files, without an import anywhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from online_store.apps import REGISTERING

HERE = Path(__file__).parents[2]
FOUND_BY_DJANGO = {"admin", "models"}
# The rooms, each a module or a package, in which something may be registered, and is.
REGISTERED_BY = {
    r"^@ends\(": {"revocation"},
    r"^@erases\b": {"erasure"},
    r"^register_fault_codes\(": {"exceptions"},
    r"\bexportable\(": {"exports"},
    r"^@handler\(": {"jobs", "handlers"},
    r"^register_circuit\(": {"jobs"},
    r"^register_subjects\(": {"jobs"},
    r"^enqueues\(": {"jobs"},
    r"^@daily\b|^daily\(": {"maintenance"},
    r"^@on_transition\b": {"receivers"},
    r"^@receiver\(": {"receivers", "caching"},
    r"\bCacheNamespace\(": {"caching"},
    r"^@?audited\(": {"models"},
    r"^register_author_lookup\(": {"admin"},
    r"^register_order_section\(": {"admin"},
}
DEFINED = r"^(def (audited|exportable|register_order_section)\(|class CacheNamespace\b)"


@pytest.mark.parametrize(("registration", "rooms"), REGISTERED_BY.items())
def test_everything_is_registered_in_the_room_of_that_name(registration: str, rooms: set[str]):
    assert rooms <= {*REGISTERING, *FOUND_BY_DJANGO}
    files = [path for path in HERE.glob("apps/**/*.py") if "tests" not in path.parts]
    texts = {path.relative_to(HERE): path.read_text() for path in files}

    where = {path for path, text in texts.items() if re.search(registration, text, re.MULTILINE)}

    assert {room_of(path) for path in where if not re.search(DEFINED, texts[path], re.MULTILINE)} == rooms


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


def room_of(path: Path) -> str:
    """Return the module, or the package, directly below the app."""
    return path.parts[2].removesuffix(".py")
