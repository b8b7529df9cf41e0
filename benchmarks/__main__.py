"""Measure the parts of the bench and write down what came of it.

python -m benchmarks [PART …]
"""

import argparse
import sys
from collections.abc import Callable, Mapping

from benchmarks import report
from benchmarks.figures import Figure
from benchmarks.parts import growth, jobs, login, misses, orders, payments, processes, reads, stampede
from benchmarks.stage import ProgramMissing, Stage, require_programs

PARTS: Mapping[str, Callable[[Stage], list[Figure]]] = {
    "reads": reads.measure,
    "misses": misses.measure,
    "orders": orders.measure,
    "payments": payments.measure,
    "stampede": stampede.measure,
    "login": login.measure,
    "jobs": jobs.measure,
    "processes": processes.measure,
    "growth": growth.measure,
}


def main() -> int:
    """Return 0 when every bound is kept, 1 when one is not, 2 when a program is missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    wanted = parser.parse_args().parts or list(PARTS)
    try:
        require_programs(("wrk", "pgbench"))
    except ProgramMissing as missing:
        print(missing, file=sys.stderr)
        return 2
    measured = {}
    for part in wanted:
        with Stage() as stage:
            measured[part] = PARTS[part](stage)
        for figure in measured[part]:
            print(
                f"{figure.name}: {figure.value:.3g} {figure.unit} ({figure.target}) {figure.outcome}",
                flush=True,
            )
            print(f"    {figure.note}", flush=True)
    report.write(measured)
    return 0 if all(figure.is_reached for figures in measured.values() for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
