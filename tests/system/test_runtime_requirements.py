"""The image gets what the store needs to run, and nothing that only its tests need."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.embedded_store import CUSTOMER, embedded_environment, free_port, store
from tests.support.processes import BASE_DIR

# Tells Python, before anything else is imported, that distributions outside of the lock are not installed.
BLOCKER = """
import importlib.metadata, json, os, re, sys

LOCKED = set(json.loads(os.environ["LOCKED_DISTRIBUTIONS"]))
OTHERS = {
    module
    for module, names in importlib.metadata.packages_distributions().items()
    if not any(re.sub("[-_.]+", "-", name).lower() in LOCKED for name in names)
}


class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in OTHERS:
            raise ModuleNotFoundError(f"{name} is not in requirements-runtime.txt", name=name)


sys.meta_path.insert(0, Blocker())
"""
IMPORTS = """
import importlib, pathlib
import django
from django.core.management import call_command

django.setup()
call_command("check")
rooms = ("apps", "online_store", "scripts", "benchmarks")  # make runs the last two without test tools as well
for path in sorted(path for room in rooms for path in pathlib.Path(room).rglob("*.py")):
    if "tests" not in path.parts and path.name not in {"screenshots.py", "object_storage.py"}:
        importlib.import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
        print(path)
"""


def locked(name: str) -> dict[str, str]:
    """Return the versions of a lock by the names of the distributions."""
    lines = re.findall(r"^([a-z0-9-]+)(?:\[[^]]+\])?==(\S+)", (BASE_DIR / name).read_text(), re.MULTILINE)
    return dict(lines)


def asked_for(name: str) -> list[str]:
    """Return the distributions that a file of direct requirements names."""
    return re.findall(r"^([a-z0-9-]+)(?:\[[^]]+\])?==", (BASE_DIR / name).read_text(), re.MULTILINE)


def test_runtime_is_locked_to_the_versions_that_are_tested():
    runtime, tested = locked("requirements-runtime.txt"), locked("requirements.txt")

    assert len(runtime) > 40
    assert runtime.items() < tested.items()


def test_runtime_has_no_test_tools():
    tools = set(asked_for("requirements.in")) | set(asked_for("requirements-dev.in"))

    assert {"pytest", "pytest-django", "responses", "time-machine", "pypdf", "schemathesis"} <= tools
    # drf-spectacular itself needs jsonschema.
    assert tools & locked("requirements-runtime.txt").keys() == {"jsonschema"}


def test_no_requirement_is_written_twice():
    files = ("requirements-runtime.in", "requirements.in", "requirements-s3.in", "requirements-dev.in")
    names = [name for file in files for name in asked_for(file)]

    assert sorted(names) == sorted(set(names))


def test_image_installs_the_runtime_only_and_s3_where_it_is_asked_for():
    texts = (BASE_DIR / "Dockerfile").read_text(), (BASE_DIR / ".dockerignore").read_text()
    names = [set(re.findall(r"requirements[a-z0-9-]*\.txt", text)) for text in texts]

    assert names == [{"requirements-runtime.txt", "requirements-s3.txt"}] * 2
    assert re.findall(r"-r \"?/tmp/(requirements\S+)", texts[0]) == [
        "requirements-runtime.txt",
        'requirements-$EXTRAS.txt"}',
    ]
    assert "ARG EXTRAS=\n" in texts[0]


def test_extra_of_s3_fits_to_the_runtime():
    runtime, extra = locked("requirements-runtime.txt"), locked("requirements-s3.txt")

    assert {"boto3", "django-storages"} == extra.keys() & set(asked_for("requirements-s3.in"))
    assert not {"boto3", "django-storages"} & runtime.keys()
    assert {name: extra[name] for name in extra.keys() & runtime.keys()}.items() <= runtime.items()
    assert extra.items() <= locked("requirements-dev.txt").items() | locked("requirements.txt").items()


@pytest.fixture
def runtime_only(tmp_path: Path) -> dict[str, str]:
    """Return the variables of a Python that finds nothing but the distributions of the runtime's lock."""
    folder = tmp_path / "runtime only"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(BLOCKER)
    distributions = json.dumps(list(locked("requirements-runtime.txt")))
    return {"PYTHONPATH": str(folder), "LOCKED_DISTRIBUTIONS": distributions}


def run(code: str, variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=BASE_DIR,
        env=os.environ | variables | {"DJANGO_SETTINGS_MODULE": "online_store.settings"},
        capture_output=True,
        text=True,
    )


@pytest.mark.long
def test_what_is_not_locked_cannot_be_imported(runtime_only: dict[str, str]):
    done = run("import pytest", runtime_only)

    assert done.returncode == 1
    assert "ModuleNotFoundError: pytest is not in requirements-runtime.txt" in done.stderr


@pytest.mark.long
def test_every_module_of_the_store_is_imported_with_the_runtime_alone(
    tmp_path: Path, runtime_only: dict[str, str]
):
    done = run(IMPORTS, runtime_only | embedded_environment(tmp_path, 0))

    assert done.returncode == 0, done.stderr
    imported = set(done.stdout.splitlines())
    assert {"apps/orders/invoices.py", "online_store/celery.py", "scripts/chaos/__main__.py"} <= imported


@pytest.mark.long
def test_store_sells_with_the_runtime_alone(tmp_path: Path, runtime_only: dict[str, str]):
    with store(tmp_path, free_port(), from_nothing=True, **runtime_only) as (shop, _process):
        order = shop.call(
            "POST", "orders/", user=CUSTOMER, body={"items": [{"product_id": 1, "quantity": 1}]}
        )

    assert order.status_code == 201
