"""Print what was done to the store, what it did meanwhile, and what was found."""

from collections.abc import Iterable, Iterator

from scripts.chaos.checks import Check
from scripts.chaos.faults import Incident
from scripts.chaos.findings import Findings


def print_faults(findings: Findings) -> None:
    """Print each kind of fault, how often it came, and how long it took until the store was well again."""
    print(f"\n{'Faults':<36}{'times':>6}{'order again':>14}{'job again':>14}   (seconds, at most)")
    names = sorted({incident.fault.name for incident in findings.incidents})
    for name in names:
        incidents = [incident for incident in findings.incidents if incident.fault.name == name]
        print(f"  {name:<34}{len(incidents):>6}{_recoveries(findings, incidents)}")
    total = f"  {'all (' + str(findings.kills) + ' kills)':<34}{len(findings.incidents):>6}"
    print(f"{total}{_recoveries(findings, findings.incidents)}")
    if findings.ended_by_themselves:
        print(f"  ended by themselves and were started again: {', '.join(findings.ended_by_themselves)}")


def print_summary(findings: Findings) -> None:
    """Print the counts."""
    print("\nSummary")
    for name, value in _figures(findings):
        text = f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
        print(f"  {name:<44}{text:>10}")


def print_checks(checks: Iterable[Check]) -> int:
    """Print each check with every violation; return how many checks failed."""
    failed = 0
    print("\nChecks")
    for check in checks:
        print(f"  {'FAILED' if check.problems else 'ok':<7}{check.name}")
        for problem in check.problems:
            print(f"           {problem}")
        failed += bool(check.problems)
    return failed


def _figures(findings: Findings) -> Iterator[tuple[str, float]]:
    journal, snapshot = findings.journal, findings.snapshot
    accepted = [requested for requested in journal.orders if requested.outcome == "accepted"]
    done = [job for job in snapshot.jobs if job.status == "done"]
    waits = [
        requested.answered_at - requested.began_at for requested in journal.orders if requested.answered_at
    ]
    yield from ((name, journal.tally[name]) for name in journal.tally.names())
    yield "orders requested", len(journal.orders)
    yield "  accepted", len(accepted)
    yield "  of these at the second or a later attempt", sum(requested.lost > 0 for requested in accepted)
    for reason in sorted({requested.reason for requested in journal.orders if requested.reason}):
        yield f"  refused: {reason}", sum(requested.reason == reason for requested in journal.orders)
    yield "  longest wait for an answer, seconds", max(waits, default=0.0)
    yield "uses of coupons", len(snapshot.ledger.redemptions)
    yield "  given back", sum(use.is_released for use in snapshot.ledger.redemptions)
    yield "changes of status requested", len(journal.transitions)
    yield "  done", sum(transition.outcome == "done" for transition in journal.transitions)
    yield "stock movements requested", len(journal.restocks)
    yield "  done", sum(restock.outcome == "done" for restock in journal.restocks)
    yield "jobs done", len(done)
    yield "  of these at the second or a later attempt", sum(job.attempts > 1 for job in done)
    yield "e-mails kept by the mail server", len(snapshot.mails)
    yield "  of these without telling the store", sum(not mail.is_told for mail in snapshot.mails)
    yield "  second copies", len(snapshot.mails) - len({mail.message_id for mail in snapshot.mails})
    yield "  second copies that only a kill explains", findings.surplus_copies
    yield "parcels at the carrier", len({parcel.key for parcel in snapshot.parcels})
    yield "  announcements", len(snapshot.parcels)
    yield "settling, seconds", findings.settling_seconds


def _recoveries(findings: Findings, incidents: list[Incident]) -> str:
    orders = [
        (requested.sent_at, requested.answered_at)
        for requested in findings.journal.orders
        if requested.outcome == "accepted"
    ]
    jobs = [
        (job.created_at.timestamp(), job.updated_at.timestamp())
        for job in findings.snapshot.jobs
        if job.status == "done"
    ]
    return f"{_longest(incidents, orders):>14}{_longest(incidents, jobs):>14}"


def _longest(incidents: list[Incident], works: list[tuple[float, float]]) -> str:
    """Return the longest time from an incident to the end of something that was begun after it."""
    waits = []
    for incident in incidents:
        ends = [ended_at for began_at, ended_at in works if began_at >= incident.began_at]
        if ends:  # the last incident may have had no successor
            waits.append(min(ends) - incident.began_at)
    return f"{max(waits):.1f}" if waits else "-"
