"""Wait until the store has done what it owes, or until it is clear that it will not."""

import time
from datetime import UTC, datetime

from scripts.chaos.faults import FaultInjector
from scripts.chaos.snapshot import JobRow, count_unpaid, read_payments, read_unfinished
from scripts.chaos.staff import Clerk
from scripts.chaos.stage import Stage, wait_until

STUCK_SECONDS = 150.0  # without a job that ended, while some are due: more than two leases
LIMIT_SECONDS = 1800.0
QUIET_SECONDS = 5.0  # with nothing to do, as a request that was cut may still be at work
POLL_SECONDS = 1.0
MOST_ASKED = 10  # times that the books are compared while the store settles


def settle(stage: Stage, injector: FaultInjector, clerk: Clerk) -> float:
    """Return the seconds until no job was left, or until those that are left are stuck.

    Nothing goes wrong at the payment provider any more: what it owed an answer to is asked again.

    The clerk runs again what the carrier refused, and asks about payments that the provider's books have
    otherwise, as `verify_payments --ask` tells staff to.

    Raises StageFailed when the database does not come back, and GivenUp when the store does not answer.
    """
    wait_until(stage.answers, "the database does not come back")
    wait_until(stage.provider.answers, "the payment provider does not come back")
    stage.provider.set_faults()
    began_at = quiet_since = moved_at = time.monotonic()
    count, asked = -1, 0
    while time.monotonic() - began_at < LIMIT_SECONDS:
        injector.revive()
        unfinished, unpaid = read_unfinished(stage), count_unpaid(stage)
        is_moving = not unfinished and clerk.run_refused_again() > 0
        if not (unfinished or unpaid or is_moving) and asked < MOST_ASKED:
            # Money that came late, whose callback was lost: the next check may be ten minutes away.
            differing = read_payments(stage).differing()
            clerk.ask_about(differing)
            asked, is_moving = asked + 1, bool(differing)
        now = time.monotonic()
        if len(unfinished) != count or is_moving or unpaid or _are_planned(unfinished):
            moved_at = now
        if unfinished or unpaid or is_moving:
            quiet_since = now
        if now - quiet_since > QUIET_SECONDS or now - moved_at > STUCK_SECONDS:
            break
        count = len(unfinished)
        time.sleep(POLL_SECONDS)
    return time.monotonic() - began_at


def _are_planned(jobs: list[JobRow]) -> bool:
    """Tell whether a job waits for a later moment, as after failed attempts."""
    now = datetime.now(UTC)
    return any(job.status == "pending" and job.run_at > now for job in jobs)
