"""The releases of Python that the store supports are the same wherever they are named."""

import json
import re

import pytest
import yaml

from tests.support.processes import BASE_DIR

SUPPORTED = ["3.11", "3.12", "3.13", "3.14"]


def text(name: str) -> str:
    return (BASE_DIR / name).read_text()


def test_workflow_runs_the_gate_on_each():
    jobs = yaml.safe_load(text(".github/workflows/gate.yml"))["jobs"]

    assert jobs["gate"]["strategy"]["matrix"]["python"] == SUPPORTED
    assert jobs["gate"]["steps"][-1]["run"] == ".ci/run"
    assert jobs["audit"]["steps"][-1]["run"] == "make audit"


def test_long_run_looks_for_the_newest_of_them():
    assert f"for release in {' '.join(reversed(SUPPORTED))}; do" in text(".ci/newest-python")


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("README.md", "Python 3.11 to 3.14"),
        ("README.ru.md", "Python от 3.11 до 3.14"),
        ("CONTRIBUTING.md", "Python 3.11 to 3.14"),
        ("pyproject.toml", 'requires-python = ">=3.11"'),
        ("pyproject.toml", 'target-version = "py311"'),
    ],
)
def test_documents_name_the_oldest_and_the_newest(document: str, words: str):
    assert words in text(document)


@pytest.mark.parametrize("name", ["requirements-runtime", "requirements", "requirements-dev"])
def test_locks_are_for_the_oldest_and_tell_renovate_how_they_are_made(name: str):
    command = text(f"{name}.txt").splitlines()[1]

    assert command == (
        "#    uv pip compile --universal --python-version=3.11 --generate-hashes --no-strip-extras "
        f"--output-file={name}.txt {name}.in"
    )
    [pattern] = json.loads(text("renovate.json"))["pip-compile"]["managerFilePatterns"]
    assert re.fullmatch(pattern.strip("/").removeprefix("^").removesuffix("$"), f"{name}.txt")
