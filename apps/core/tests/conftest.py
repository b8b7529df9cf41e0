"""Fixtures for the tests of settings."""

import os
import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

SETTINGS = os.environ["DJANGO_SETTINGS_MODULE"]
EXAMPLE = Path(__file__).resolve().parents[3] / ".env.example"
VARIABLES = re.findall(r"^#([A-Z_]+)=", EXAMPLE.read_text(), re.MULTILINE)
# Empty, so that a developer's own .env does not matter. An empty limit would count.
NOT_GIVEN = {
    variant: ""
    for name in VARIABLES
    if not name.startswith("THROTTLE_")
    for variant in (name, f"{name}_FILE")
}


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that reads the settings afresh, as a start with these variables does."""

    def read(**variables: str) -> dict[str, Any]:
        environment = {**NOT_GIVEN, "VAR_DIR": str(tmp_path / "var"), **variables}
        monkeypatch.setattr(os, "environ", environment)
        for name in [name for name in sys.modules if re.match(rf"{re.escape(SETTINGS)}\b", name)]:
            monkeypatch.delitem(sys.modules, name)
        return vars(import_module(SETTINGS))

    return read
