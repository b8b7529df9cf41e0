"""Load, by wrk."""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 16  # as many as the server has threads
SECONDS = 3
SCRIPTS = Path(__file__).parent / "lua"
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


class LoadFailed(Exception):
    """What was asked was not answered as it should be: such a figure would mean nothing."""


@dataclass(frozen=True)
class Load:
    """What wrk has measured: requests per second, and how long they took (seconds)."""

    per_second: float
    median: float
    p99: float


def wrk(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    script: str = "",
    connections: int = CONNECTIONS,
    variables: Mapping[str, str] | None = None,
) -> Load:
    """Ask for the address from that many connections, each as soon as it has its answer.

    `script` is one of the folder `lua`, which reads the variables. Raises LoadFailed when an answer is
    missing, or neither 2xx nor 3xx.
    """
    command = [
        "wrk",
        "-t",
        "1",
        "-c",
        str(connections),
        "-d",
        f"{SECONDS}s",
        "--latency",
        "--timeout",
        "30",
    ]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    if script:
        command += ["-s", str(SCRIPTS / script)]
    environment = os.environ | dict(variables or {})
    done = subprocess.run([*command, url], capture_output=True, text=True, check=True, env=environment)
    if "Socket errors" in done.stdout or "Non-2xx" in done.stdout:
        raise LoadFailed(f"{url}:\n{done.stdout}")
    return Load(
        per_second=_number(done.stdout, r"Requests/sec:\s+([\d.]+)"),
        median=_seconds(done.stdout, "50%"),
        p99=_seconds(done.stdout, "99%"),
    )


def _number(text: str, pattern: str) -> float:
    found = re.search(pattern, text)
    return float(found[1]) if found else 0.0


def _seconds(text: str, percentile: str) -> float:
    found = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s|m)\b", text)
    return float(found[1]) * UNITS[found[2]] if found else 0.0
