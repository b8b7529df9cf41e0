"""The typed clients that are made from the schema go a customer's whole way through a live store."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.embedded_store import store
from tests.support.processes import BASE_DIR
from tests.support.production_server import free_port

CLIENTS = BASE_DIR / "clients"
NODE = shutil.which("node") or "node"
JOURNEYS = {
    "typescript": (CLIENTS / "typescript" / "generated" / "journey.js", NODE),
    "python": (CLIENTS / "python" / "journey.py", sys.executable),
}

pytestmark = pytest.mark.long


@pytest.mark.parametrize("language", JOURNEYS)
def test_customer_goes_the_whole_way_with_a_typed_client(tmp_path: Path, language: str):
    script, program = JOURNEYS[language]
    generated = CLIENTS / language / "generated"
    if not generated.exists() and not os.environ.get("CI"):
        pytest.skip(f"needs the generated {language} client: make clients")
    port = free_port()

    with store(tmp_path, port) as (shop, _process):
        journey = subprocess.run(
            [program, str(script), shop.url],
            env={**os.environ, "PYTHONPATH": str(generated)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert journey.returncode == 0, journey.stderr
    assert journey.stdout == "order 1: done\n"
