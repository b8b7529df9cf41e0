"""What must hold of the work that follows an order: jobs, invoices, e-mails and parcels."""

from collections import defaultdict

from scripts.chaos.evidence import JobRow, Order
from scripts.chaos.findings import Findings, Problems

UNFINISHED = frozenset({"pending", "running"})


def stuck_jobs(findings: Findings) -> Problems:
    """Tell of jobs that have not ended though nothing keeps them from it."""
    for job in findings.evidence.jobs:
        if job.status in UNFINISHED:
            yield f"{job}"


def failed_jobs(findings: Findings) -> Problems:
    """Tell of jobs that are given up; staff have run again those that the carrier refused."""
    for job in findings.evidence.jobs:
        if job.status == "failed":
            yield f"{job}"


def wrong_invoices(findings: Findings) -> Problems:
    """Tell of orders without an invoice that is a PDF."""
    for order_id in findings.evidence.orders:
        pdfs = findings.evidence.invoices.get(order_id, [])
        if len(pdfs) != 1:
            yield f"order {order_id} has {len(pdfs)} invoices"
        elif not pdfs[0].startswith(b"%PDF-"):
            yield f"the invoice of order {order_id} is no PDF but {pdfs[0][:20]!r}"


def wrong_mails(findings: Findings) -> Problems:
    """Compare the messages that the mail server kept with the history of each order, by Message-ID."""
    ids: dict[tuple[int, str], set[str]] = defaultdict(set)
    recipients: dict[tuple[int, str], set[str]] = defaultdict(set)
    account_jobs = {str(job.uuid) for job in _account_jobs(findings)}  # see `lost_account_mails`
    for mail in (mail for mail in findings.evidence.mails if mail.job not in account_jobs):
        ids[mail.about].add(mail.message_id)
        recipients[mail.about].update(mail.recipients)
    wanted = {}
    for order_id, steps in findings.evidence.history.items():
        for step in steps:
            wanted[order_id, step.to_status] = findings.evidence.emails[steps[0].username]
    for (order_id, status), address in wanted.items():
        if len(ids[order_id, status]) != 1:
            count = len(ids[order_id, status])
            yield f"{count} messages tell that order {order_id} is {status}: {sorted(ids[order_id, status])}"
        elif recipients[order_id, status] != {address}:
            yield f"the message that order {order_id} is {status} went to {recipients[order_id, status]}"
    for order_id, status in ids.keys() - wanted.keys():
        yield f"a message tells that order {order_id} is {status or 'something else'}, which is not so"


def lost_account_mails(findings: Findings) -> Problems:
    """Tell of e-mails about an account whose job is done, and which never came."""
    came = {mail.job for mail in findings.evidence.mails}
    for job in _account_jobs(findings):
        if job.status == "done" and str(job.uuid) not in came:
            yield f"no message of {job}"


def surplus_copies(findings: Findings) -> Problems:
    """Tell when more copies were sent than kills can explain."""
    if findings.surplus_copies > findings.kills:
        yield f"{findings.surplus_copies} second copies, but only {findings.kills} kills"


def wrong_parcels(findings: Findings) -> Problems:
    """Compare the parcels that the carrier took with the orders that were shipped, by idempotency key."""
    numbers: dict[int, dict[str, str]] = defaultdict(dict)  # tracking number by key, by order
    for parcel in findings.evidence.parcels:
        numbers[parcel.order_id][parcel.key] = parcel.tracking_number
    for order in findings.evidence.orders.values():
        yield from _wrong_parcel(findings, order, numbers[order.id])
    for order_id in numbers.keys() - findings.evidence.orders.keys():
        yield f"the carrier took a parcel of order {order_id}, which is not there"


def _account_jobs(findings: Findings) -> list[JobRow]:
    return [job for job in findings.evidence.jobs if job.subject.startswith("user:")]


def _wrong_parcel(findings: Findings, order: Order, numbers: dict[str, str]) -> Problems:
    is_shipped = any(step.to_status == "shipped" for step in findings.evidence.history.get(order.id, []))
    if len(numbers) != is_shipped:
        wanted = "shipped" if is_shipped else "not shipped"
        yield f"order {order.id} is {wanted} and has {len(numbers)} parcels: {sorted(numbers)}"
    elif is_shipped and [order.tracking_number] != list(numbers.values()):
        yield f"order {order.id} has the number {order.tracking_number}, the carrier says {numbers}"
