"""What tests of receipts do over and over: pay, ship, look at what was sent and what is stored."""

from apps.jobs.models import Job
from apps.orders.models import Order
from apps.orders.tests.factories import moved
from apps.payments.models import FiscalReceipt, Payment
from apps.payments.services import ask
from apps.payments.tests.tills import begun, run_jobs
from apps.payments.tests.yookassa.server import Json, YooKassaServer
from apps.users.models import User


def paid(server: YooKassaServer, order: Order) -> Payment:
    """Pay the order and let what follows be done."""
    payment = begun(order)
    server.pay(payment.provider_id)
    payment = ask(payment)
    run_jobs(order)
    return payment


def sent(server: YooKassaServer, kind: str) -> list[Json]:
    """Return the content of the calls that made such objects."""
    return [body for path, body in server.bodies if path == kind]


def items_of(receipt: Json) -> list[tuple]:
    return [
        (
            each["description"],
            each["quantity"],
            each["amount"]["value"],
            each["vat_code"],
            each["payment_mode"],
        )
        for each in receipt["items"]
    ]


def receipts_of(order: Order) -> list[tuple[str, str, str]]:
    """Return the kind, status and total of each receipt."""
    rows = FiscalReceipt.objects.filter(order=order)
    return [(row.kind, row.status, f"{row.total:.2f}") for row in rows]


def receipt_jobs() -> list[str]:
    return list(Job.objects.filter(kind="fiscal_receipt").order_by("pk").values_list("status", flat=True))


def ship(order: Order, staff: User) -> None:
    moved(order, "shipped", by=staff)
    run_jobs(order)
