"""Start the store, let simulated customers and staff use it, inject faults, let it settle, check, sum up."""

import shutil
import signal
import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from random import Random
from types import FrameType

from scripts.chaos.actors import actors_of, editing, night_clerk, open_shop
from scripts.chaos.checks import run_checks
from scripts.chaos.faults import FaultInjector
from scripts.chaos.findings import Findings
from scripts.chaos.http_client import GivenUp
from scripts.chaos.journal import Day, Journal
from scripts.chaos.options import Options, read_options
from scripts.chaos.report import print_checks, print_faults, print_summary
from scripts.chaos.settling import settle
from scripts.chaos.smtp_server import SmtpServer
from scripts.chaos.snapshot import read_snapshot, read_stock
from scripts.chaos.stage import STAGES, Stage, StageFailed
from scripts.replay.exceptions import ReplayError
from tests.support.servers import ServerFailed


def main() -> int:
    """Return 0 when every check is green, 1 when one failed, 2 when the chaos could not be made."""
    options = read_options()
    print(f"chaos: seed {options.seed}, {options.mode}, {options.seconds:g} seconds", flush=True)
    signal.signal(signal.SIGTERM, _leave)
    folder = Path(tempfile.mkdtemp(prefix="store-chaos-"))
    try:
        code = 1 if make_chaos(options, folder) else 0
    except (GivenUp, ReplayError, StageFailed, ServerFailed) as error:
        print(f"\nchaos: {error}", file=sys.stderr)
        code = 2
    except KeyboardInterrupt:
        print("\nchaos: stopped", file=sys.stderr)
        code = 130
    if code == 0:
        shutil.rmtree(folder)
    else:
        print(f"chaos: seed {options.seed}; the logs are in {folder}")
    return code


def make_chaos(options: Options, folder: Path) -> int:
    """Do all of it, print what was found, and return how many checks failed.

    Raises GivenUp, ReplayError, StageFailed and ServerFailed when the store or its servers cannot be used.
    """
    smtp_server = SmtpServer(folder / "mails", Random(f"{options.seed}/smtp_server"))
    with smtp_server, STAGES[options.mode](folder, smtp_server, options.carrier_faults) as stage:
        findings = _findings(options, stage, smtp_server)
    print_faults(findings)
    print_summary(findings)
    checks = run_checks(findings)
    failed = print_checks(checks)
    print(f"\nchaos: {failed} checks FAILED" if failed else f"\nchaos: all {len(checks)} checks green")
    return failed


def _findings(options: Options, stage: Stage, smtp_server: SmtpServer) -> Findings:
    shop = open_shop(stage, options.buyers)
    start = read_stock(stage)
    journal, day = Journal(), Day(options.seconds)
    injector = FaultInjector(stage, Random(f"{options.seed}/plugs"))
    actors = actors_of(shop, stage, journal, day, options.seed)
    with ThreadPoolExecutor(len(actors)) as crowd, editing(stage, options.seed):
        try:
            shifts = [crowd.submit(run, day) for run in actors]
            injector.run(day.closes_at)
            given_up = _stragglers(shifts, injector)
        finally:
            day.call_off()
    settling_seconds = settle(stage, injector, night_clerk(shop, stage, journal, options.seed))
    return Findings(
        journal=journal,
        snapshot=read_snapshot(stage, smtp_server.log),
        start=start,
        incidents=injector.incidents,
        ended_by_themselves=injector.ended_by_themselves,
        given_up=given_up,
        stock_differences=stage.differences("verify_stock"),
        order_differences=stage.differences("verify_orders"),
        payment_differences=stage.differences("verify_payments"),
        deadlocks=stage.deadlocks(),
        settling_seconds=settling_seconds,
    )


def _stragglers(shifts: list[Future[None]], injector: FaultInjector) -> list[str]:
    """Wait for everybody's last answer, and return the requests that got none."""
    given_up = []
    for shift in shifts:
        while not shift.done():
            injector.revive()
            wait([shift], timeout=1)
        try:
            shift.result()
        except GivenUp as failure:
            given_up.append(str(failure))
    return given_up


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
