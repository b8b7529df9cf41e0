"""The report of a run: `results.json`, and a table with a plot in docs/performance.md."""

import json
import platform
import subprocess
from collections.abc import Mapping
from html import escape
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.stage import BASE_DIR

RESULTS = BASE_DIR / "benchmarks" / "results.json"
PAGE = BASE_DIR / "docs" / "performance.md"
PLOT = BASE_DIR / "docs" / "performance.svg"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
# Of the plot, in pixels.
WIDTH, ROW_HEIGHT, LABEL_WIDTH, VALUE_WIDTH = 900, 26, 520, 60
MOST = 2.0  # times its bound: a bar that is longer is cut there


def write(measured: Mapping[str, list[Figure]]) -> None:
    """Take the figures of the measured parts into what was kept of the others, and write all of it."""
    kept = json.loads(RESULTS.read_text())["parts"] if RESULTS.exists() else {}
    parts = kept | {part: [figure.as_json() for figure in figures] for part, figures in measured.items()}
    RESULTS.write_text(json.dumps({"machine": machine(), "parts": parts}, indent=1) + "\n")
    figures = [Figure(**values) for part in parts.values() for values in part]
    text = PAGE.read_text()
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    plot = f"![Measured values relative to their targets; the dashed line is the target]({PLOT.name})"
    table = "\n".join([plot, "", f"Measured on {machine()}.", "", *_table(figures)])
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")
    PLOT.write_text(_plot([figure for figure in figures if figure.bound]))


def machine() -> str:
    """Describe the machine and the programs that were measured."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = f"{len(models)} × {models[0]}" if models else platform.machine()
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{processor}, {system}, {_commit()}"


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=BASE_DIR, capture_output=True, text=True, check=False
    )
    return f"commit {done.stdout.strip()}" if done.returncode == 0 else "no commit"


def _table(figures: list[Figure]) -> list[str]:
    rows = [
        f"| {figure.name} | {figure.target} | {figure.value:.3g} {figure.unit} | {figure.outcome} "
        f"| {figure.spread} | {figure.note} |"
        for figure in figures
    ]
    return ["| what | target | measured | | spread | |", "| --- | --- | --- | --- | --- | --- |", *rows]


def _plot(figures: list[Figure]) -> str:
    bar_width = WIDTH - LABEL_WIDTH - VALUE_WIDTH
    bound_at = LABEL_WIDTH + bar_width / MOST
    rows = []
    for number, figure in enumerate(figures):
        y = number * ROW_HEIGHT
        length = min(figure.value / figure.bound, MOST) / MOST * bar_width if figure.bound else 0
        box = f'y="{y + 5}" width="{length:.0f}" height="{ROW_HEIGHT - 10}"'
        colour = "#2a7" if figure.is_reached else "#c33"
        rows.append(
            f'<text x="0" y="{y + 17}">{escape(figure.name)}</text>'
            f'<rect x="{LABEL_WIDTH}" {box} fill="{colour}"/>'
            f'<text x="{WIDTH - VALUE_WIDTH + 6}" y="{y + 17}">{figure.value:.3g}</text>'
        )
    height = len(figures) * ROW_HEIGHT
    line = f'<line x1="{bound_at}" x2="{bound_at}" y1="0" y2="{height}" stroke="#000" stroke-dasharray="3"/>'
    style = '<rect width="100%" height="100%" fill="#fff"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'font-family="sans-serif" font-size="13">{style}{"".join(rows)}{line}</svg>\n'
    )
