"""The tour and the calls of the READMEs, run against a live store."""

import json
import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.embedded_store import store
from tests.support.processes import BASE_DIR, wait_for
from tests.support.production_server import free_port

pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")

BLOCK = re.compile(r"^```(sh|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*\n)((?:(?!\$ ).*\n)*)", re.MULTILINE)
ASSIGNMENT = re.compile(r"[A-Z]+=")
# What is another at every run.
VOLATILE = (
    r"[0-9a-f]{32}",  # ids of requests
    r"\d{4}-\d\d-\d\dT[\d:.]+Z",
    r"EM[0-9A-F]{12}",  # tracking numbers
    r"(?<=application/pdf)\d+",  # the size
)


def test_commands_of_the_tour_are_answered_as_shown(tmp_path: Path):
    port = free_port()
    blocks = BLOCK.findall(document("docs/tour.md", port))
    script = "".join(lines for kind, lines in blocks if kind == "sh" and "make run" not in lines)
    commands = [command for kind, lines in blocks if kind == "console" for command in COMMAND.findall(lines)]

    assert len(commands) > 9
    with store(tmp_path, port):
        for command, shown in commands:
            script = step(script, command, shown, tmp_path)


@pytest.mark.long
def test_four_calls_of_both_readmes_run_as_they_are_pasted(tmp_path: Path):
    port = free_port()
    scripts = [four_calls(document(name, port)) for name in ("README.md", "README.ru.md")]

    with store(tmp_path, port):
        for number, script in enumerate(scripts, start=1):
            found, order, last = answers(output_of(script, tmp_path))
            invoice = tmp_path / "invoice.pdf"

            assert [product["id"] for product in json.loads(found)["results"]]
            assert json.loads(order)["id"] == number
            assert json.loads(order)["total_price"] == "1200.00"
            assert last == "invoice.pdf"
            assert invoice.read_bytes().startswith(b"%PDF")
            invoice.unlink()


def document(name: str, port: int) -> str:
    text = (BASE_DIR / name).read_text(encoding="utf-8")
    return text.replace("127.0.0.1:8000", f"127.0.0.1:{port}")


def four_calls(text: str) -> str:
    [script] = [lines for kind, lines in BLOCK.findall(text) if kind == "sh" and lines.startswith("S=")]
    return script


def answers(printed: str) -> list[str]:
    """Return the lines without the headings: the found products, the order, the file."""
    return [line for line in printed.splitlines() if line and not re.match(r"\d\. ", line)]


def step(script: str, command: str, shown: str, folder: Path) -> str:
    """Run the command after the script, and return the script for the next one."""
    if ASSIGNMENT.match(command):
        value = output_of(f'{script}{command}printf %s "${command.partition("=")[0]}"', folder)
        return f"{script}{command.partition('=')[0]}={value}\n"
    expected = pattern(shown)
    printed: list[str] = []

    def is_as_shown() -> bool:
        printed.append(squeezed(output_of(script + command, folder)))
        return bool(expected.fullmatch(printed[-1])) or changes_something(command)

    with suppress(AssertionError):  # which would not tell what was printed
        wait_for(is_as_shown, seconds=30)  # jobs are done a moment later
    assert expected.fullmatch(printed[-1]), f"{command}printed\n{printed[-1]}\ninstead of\n{expected.pattern}"
    return script


def changes_something(command: str) -> bool:
    return " -d " in command and " -G " not in command


def output_of(script: str, folder: Path) -> str:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    run = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def squeezed(text: str) -> str:
    """Return the text without white space: the tour wraps lines."""
    return re.sub(r"\s", "", text)


def pattern(shown: str) -> re.Pattern[str]:
    text = squeezed(shown)
    volatile = re.compile("|".join(f"(?:{each})" for each in VOLATILE))
    parts = [re.escape(part).replace("…", ".*") for part in volatile.split(text)]
    kinds = [
        next(each for each in VOLATILE if re.search(each, text[: found.end()]))
        for found in volatile.finditer(text)
    ]
    return re.compile(parts[0] + "".join(map(str.__add__, map(plain, kinds), parts[1:])))


def plain(kind: str) -> str:
    return kind.rpartition(")")[2] if kind.startswith("(?<=") else kind
