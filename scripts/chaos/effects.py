"""Invariants of the work that follows an order: jobs, invoices, e-mails and parcels."""

from collections import defaultdict

from scripts.chaos.findings import Findings, Problems
from scripts.chaos.payments import MONEY_MAILS
from scripts.chaos.snapshot import WATCHING, JobRow, Mail, Order

UNFINISHED = frozenset({"pending", "running"})


def stuck_jobs(findings: Findings) -> Problems:
    """Tell of jobs that have not ended though nothing keeps them from it."""
    for job in findings.snapshot.jobs:
        if job.status in UNFINISHED and job.kind not in WATCHING:
            yield f"{job}"


def failed_jobs(findings: Findings) -> Problems:
    """Tell of jobs that are given up; staff have run again those that the carrier refused."""
    for job in findings.snapshot.jobs:
        if job.status == "failed":
            yield f"{job}"


def wrong_pictures(findings: Findings) -> Problems:
    """Tell of pictures that are not shown in the end, or that a file of is missing or cut short."""
    if not findings.snapshot.pictures:
        yield "there is no picture at all"
    for picture in findings.snapshot.pictures:
        if picture.status != "ready" or picture.broken:
            yield f"picture {picture.id} is {picture.status}, broken: {', '.join(picture.broken) or 'none'}"


def wrong_invoices(findings: Findings) -> Problems:
    """Tell of orders without an invoice that is a PDF. One that was cancelled at once may have none."""
    for order_id, order in findings.snapshot.orders.items():
        pdfs = findings.snapshot.invoices.get(order_id, [])
        if len(pdfs) > 1 or (not pdfs and order.status != "cancelled"):
            yield f"order {order_id} has {len(pdfs)} invoices"
        elif pdfs and not pdfs[0].startswith(b"%PDF-"):
            yield f"the invoice of order {order_id} is no PDF but {pdfs[0][:20]!r}"


def wrong_mails(findings: Findings) -> Problems:
    """Compare the messages that the mail server kept with the history of each order, by Message-ID."""
    ids: dict[tuple[int, str], set[str]] = defaultdict(set)
    recipients: dict[tuple[int, str], set[str]] = defaultdict(set)
    jobs = [*_account_jobs(findings), *_money_jobs(findings)]  # whose e-mails have checks of their own
    others = {str(job.uuid) for job in jobs}
    for mail in (mail for mail in findings.snapshot.mails if mail.job not in others):
        ids[mail.about].add(mail.message_id)
        recipients[mail.about].update(mail.recipients)
    wanted = {}
    for order_id, steps in findings.snapshot.history.items():
        for step in steps:
            wanted[order_id, step.to_status] = findings.snapshot.emails[steps[0].username]
    for (order_id, status), address in wanted.items():
        # A number that came only after staff ran the refused job again is told by a second message.
        most = 2 if status == "shipped" and _was_run_again(findings, order_id) else 1
        # What an order was before it was cancelled is not told afterwards.
        least = 0 if status != "cancelled" and (order_id, "cancelled") in wanted else 1
        if not least <= len(ids[order_id, status]) <= most:
            count = len(ids[order_id, status])
            yield f"{count} messages tell that order {order_id} is {status}: {sorted(ids[order_id, status])}"
        elif recipients[order_id, status] - {address}:
            yield f"the message that order {order_id} is {status} went to {recipients[order_id, status]}"
    for order_id, status in ids.keys() - wanted.keys():
        yield f"a message tells that order {order_id} is {status or 'something else'}, which is not so"


def reordered_mails(findings: Findings) -> Problems:
    """Tell of customers who read of a later status of an order before an earlier one."""
    for order_id, mails in _mails_by_order(findings).items():
        path = [step.to_status for step in findings.snapshot.history.get(order_id, [])]
        told = [mail.about[1] for mail in mails if mail.about[1] in path]
        if told != sorted(told, key=path.index):
            yield f"the messages about order {order_id} came as {', '.join(told)}"


def untold_numbers(findings: Findings) -> Problems:
    """Tell of shipped orders whose customer does not know the number that the carrier gave."""
    given: dict[int, set[str]] = defaultdict(set)
    for parcel in findings.snapshot.parcels:
        given[parcel.order_id].add(parcel.tracking_number)
    for order_id, mails in _mails_by_order(findings).items():
        told = [mail.tracking_number for mail in mails if mail.about[1] == "shipped"]
        if told and given[order_id] and told[-1] not in given[order_id] | _excused(findings, order_id):
            numbers = ", ".join(given[order_id])
            yield f"order {order_id} is shipped as {numbers}, and the message tells {told[-1]}"


def lost_account_mails(findings: Findings) -> Problems:
    """Tell of e-mails about an account whose job is done, and which never came."""
    came = {mail.job for mail in findings.snapshot.mails}
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
    for parcel in findings.snapshot.parcels:
        numbers[parcel.order_id][parcel.key] = parcel.tracking_number
    for order in findings.snapshot.orders.values():
        yield from _wrong_parcel(findings, order, numbers[order.id])
    for order_id in numbers.keys() - findings.snapshot.orders.keys():
        yield f"the carrier took a parcel of order {order_id}, which is not there"


def _mails_by_order(findings: Findings) -> dict[int, list[Mail]]:
    """Return the messages about orders as they came, each once."""
    mails: dict[int, dict[str, Mail]] = defaultdict(dict)  # by Message-ID
    for mail in findings.snapshot.mails:
        if mail.about[0]:
            mails[mail.about[0]].setdefault(mail.message_id, mail)
    return {order_id: list(by_id.values()) for order_id, by_id in mails.items()}


def _excused(findings: Findings, order_id: int) -> set[str | None]:
    """Return that no number need be told: it came after the parcel, as staff ran the refused job again."""
    steps = findings.snapshot.history.get(order_id, [])
    is_delivered = any(step.to_status == "delivered" for step in steps)
    return {None} if is_delivered and _was_run_again(findings, order_id) else set()


def _was_run_again(findings: Findings, order_id: int) -> bool:
    return (f"order:{order_id}", "shipment") in findings.snapshot.run_again


def _account_jobs(findings: Findings) -> list[JobRow]:
    return [job for job in findings.snapshot.jobs if job.subject.startswith("user:")]


def _money_jobs(findings: Findings) -> list[JobRow]:
    return [job for job in findings.snapshot.jobs if job.kind in MONEY_MAILS]


def _wrong_parcel(findings: Findings, order: Order, numbers: dict[str, str]) -> Problems:
    is_shipped = any(step.to_status == "shipped" for step in findings.snapshot.history.get(order.id, []))
    if len(numbers) != is_shipped:
        wanted = "shipped" if is_shipped else "not shipped"
        yield f"order {order.id} is {wanted} and has {len(numbers)} parcels: {sorted(numbers)}"
    elif is_shipped and [order.tracking_number] != list(numbers.values()):
        yield f"order {order.id} has the number {order.tracking_number}, the carrier says {numbers}"
