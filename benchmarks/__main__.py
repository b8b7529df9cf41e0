"""Measure the parts of the bench and write down what came of it.

python -m benchmarks [PART …]
"""

import argparse
import sys
from collections.abc import Callable, Mapping

from benchmarks.figures import Figure
from benchmarks.parts import reads
from benchmarks.stage import ProgramMissing, Stage, require_programs

PARTS: Mapping[str, Callable[[Stage], list[Figure]]] = {"reads": reads.measure}


def main() -> int:
    """Return 0 when every bound is kept, 1 when one is not, 2 when a program is missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    wanted = parser.parse_args().parts or list(PARTS)
    try:
        require_programs(("wrk",))
    except ProgramMissing as missing:
        print(missing, file=sys.stderr)
        return 2
    figures = [figure for part in wanted for figure in _measured(part)]
    for figure in figures:
        outcome = "ok" if figure.is_reached else "MISSED"
        print(f"{figure.name}: {figure.value:.3f} {figure.unit}, {outcome} ({figure.note})")
    return 0 if all(figure.is_reached for figure in figures) else 1


def _measured(part: str) -> list[Figure]:
    with Stage() as stage:
        return PARTS[part](stage)


if __name__ == "__main__":
    sys.exit(main())
