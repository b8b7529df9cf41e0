"""Print what was done to the store, what it did meanwhile, and what was found."""

from collections.abc import Iterable, Iterator

from scripts.chaos.checks import Check
from scripts.chaos.faults import Incident
from scripts.chaos.findings import Findings


def print_troubles(findings: Findings) -> None:
    """Print each kind of trouble, how often it came, and how long it took until the store was well again."""
    print(f"\n{'Troubles':<36}{'times':>6}{'order again':>14}{'job again':>14}   (seconds, at most)")
    names = sorted({incident.trouble.name for incident in findings.incidents})
    for name in names:
        incidents = [incident for incident in findings.incidents if incident.trouble.name == name]
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
    journal, evidence = findings.journal, findings.evidence
    accepted = [wish for wish in journal.wishes if wish.outcome == "accepted"]
    done = [job for job in evidence.jobs if job.status == "done"]
    waits = [wish.answered_at - wish.began_at for wish in journal.wishes if wish.answered_at]
    yield from ((name, journal.tally[name]) for name in journal.tally.names())
    yield "orders wanted", len(journal.wishes)
    yield "  accepted", len(accepted)
    yield "  of these at the second or a later attempt", sum(wish.lost > 0 for wish in accepted)
    yield "  refused for stock", sum(wish.outcome == "refused" for wish in journal.wishes)
    yield "  longest wait for an answer, seconds", max(waits, default=0.0)
    yield "moves of orders wanted", len(journal.moves)
    yield "  done", sum(move.outcome == "done" for move in journal.moves)
    yield "stock movements wanted", len(journal.restocks)
    yield "  done", sum(restock.outcome == "done" for restock in journal.restocks)
    yield "jobs done", len(done)
    yield "  of these at the second or a later attempt", sum(job.attempts > 1 for job in done)
    yield "e-mails kept by the mail server", len(evidence.mails)
    yield "  of these without telling the store", sum(not mail.is_told for mail in evidence.mails)
    yield "  second copies", len(evidence.mails) - len({mail.message_id for mail in evidence.mails})
    yield "  second copies that only a kill explains", findings.surplus_copies
    yield "parcels at the carrier", len({parcel.key for parcel in evidence.parcels})
    yield "  announcements", len(evidence.parcels)
    yield "settling, seconds", findings.settling_seconds


def _recoveries(findings: Findings, incidents: list[Incident]) -> str:
    orders = [
        (wish.sent_at, wish.answered_at) for wish in findings.journal.wishes if wish.outcome == "accepted"
    ]
    jobs = [
        (job.created_at.timestamp(), job.updated_at.timestamp())
        for job in findings.evidence.jobs
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
