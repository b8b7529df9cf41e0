"""A checkout has the repository's line ends, also where Git is set to write those of Windows."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.processes import BASE_DIR

SCRIPTS = {
    "entrypoint.sh": "sh",
    "deploy/proxy/start.sh": "sh",
    ".ci/run": "bash",
    ".ci/newest-python": "bash",
}

pytestmark = [
    pytest.mark.skipif(
        not (shutil.which("git") and (BASE_DIR / ".git").exists()), reason="needs git, and a checkout by it"
    ),
]


@pytest.fixture(scope="module")
def checkouts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Clone the project twice: as it is committed, and as a default Git on Windows does."""
    folder = tmp_path_factory.mktemp("checkouts")
    return cloned(folder / "unix", "false"), cloned(folder / "windows", "true")


def cloned(folder: Path, autocrlf: str) -> Path:
    # The settings of whoever runs the tests may say otherwise; the checkout may be another user's.
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    options = ["-c", f"core.autocrlf={autocrlf}", "-c", "safe.directory=*"]
    command = ["git", *options, "clone", "--quiet", "--shared", str(BASE_DIR), str(folder)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return folder


def files_of(checkout: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(checkout)): path.read_bytes()
        for path in checkout.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(checkout).parts
    }


def test_checkouts_are_the_same_byte_for_byte(checkouts: tuple[Path, Path]):
    unix, windows = map(files_of, checkouts)

    assert "entrypoint.sh" in unix
    assert unix.keys() == windows.keys()
    assert [name for name in unix if unix[name] != windows[name]] == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_shell_can_read_the_scripts_of_such_a_checkout(checkouts: tuple[Path, Path], name: str):
    subprocess.run([SCRIPTS[name], "-n", str(checkouts[1] / name)], check=True)


def test_no_text_is_committed_with_the_line_ends_of_windows(checkouts: tuple[Path, Path]):
    binary = (".mo", ".png", ".ttf")
    texts = {name: text for name, text in files_of(checkouts[0]).items() if not name.endswith(binary)}

    assert [name for name, text in texts.items() if b"\r\n" in text] == []
