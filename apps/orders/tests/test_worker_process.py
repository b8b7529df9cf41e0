"""`python manage.py jobs` does the work of orders, and a worker that is killed loses none of it."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.db.models import Max
from pypdf import PdfReader

from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.orders.models import Invoice, Order
from apps.orders.tests.factories import make_order, make_order_in
from apps.shipments.tests.slow_carrier import SlowCarrier
from apps.users.models import User
from tests.support.processes import LIMIT_SECONDS, running, wait_for

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def carrier() -> Iterator[SlowCarrier]:
    with SlowCarrier.running() as carrier:
        yield carrier


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)])
def test_worker_does_what_is_ordered_while_it_runs_and_ends_when_told(
    customer: User, tmp_path: Path, number: signal.Signals
):
    before = make_order(customer)
    with worker(tmp_path) as process:
        wait_for(lambda: Job.objects.filter(status="done").count() == 2)
        meanwhile = make_order(customer)
        wait_for(lambda: Job.objects.filter(status="done").count() == 4)

        process.send_signal(number)
        exit_code = process.wait(LIMIT_SECONDS)
    afterwards = make_order(customer)

    assert exit_code == 0
    assert set(Invoice.objects.values_list("order", flat=True)) == {before.pk, meanwhile.pk}
    assert len(list((tmp_path / "var" / "mail").glob("*.eml"))) == 2
    assert set(Job.objects.filter(subject=f"order:{afterwards.pk}").values_list("status")) == {("pending",)}
    assert "Traceback" not in (tmp_path / "worker.log").read_text()


@pytest.mark.long
def test_worker_that_is_told_to_end_finishes_its_job_first(
    customer: User, staff: User, tmp_path: Path, carrier: SlowCarrier, settings
):
    settings.SHIPPING_API_URL = carrier.url
    order = make_order_in("shipped", customer, moved_by=staff)
    patience = {"SHIPPING_API_TIMEOUT": "60", "JOB_GRACE_SECONDS": "60"}
    with worker(tmp_path, SHIPPING_API_URL=carrier.url, **patience) as process:
        assert carrier.called.wait(LIMIT_SECONDS)
        process.send_signal(signal.SIGTERM)
        carrier.go_on.set()
        exit_code = process.wait(LIMIT_SECONDS)

    job = Job.objects.get(kind="shipment")
    assert (exit_code, job.status, job.attempts) == (0, "done", 1)
    assert Order.objects.get(pk=order.pk).tracking_number == carrier.parcels[str(job.uuid)]


def test_job_of_a_killed_worker_is_done_by_another_once_its_lease_is_over(
    customer: User, staff: User, tmp_path: Path, carrier: SlowCarrier, settings
):
    settings.SHIPPING_API_URL = carrier.url
    order = make_order_in("shipped", customer, moved_by=staff)
    with worker(tmp_path, SHIPPING_API_URL=carrier.url, SHIPPING_API_TIMEOUT="20") as process:
        assert carrier.called.wait(LIMIT_SECONDS)
        process.kill()
        process.wait(LIMIT_SECONDS)
    carrier.go_on.set()
    orphan = Job.objects.get(kind="shipment")
    # Those of the order that the shipment came before, and those that the worker's other thread had begun.
    unfinished = Job.objects.exclude(status="done").count()
    leases_over_at = Job.objects.aggregate(Max("leased_until"))["leased_until__max"]

    too_early = run_due_jobs()
    with time_machine.travel(leases_over_at):
        in_time = run_due_jobs()

    job = Job.objects.get(kind="shipment")
    assert (orphan.status, orphan.attempts, too_early, in_time) == ("running", 1, 0, unfinished)
    assert (job.status, job.attempts) == ("done", 2)
    assert carrier.keys == [str(job.uuid)] * 2
    assert Order.objects.get(pk=order.pk).tracking_number == carrier.parcels[str(job.uuid)]


@pytest.mark.long
def test_once_does_what_is_due_in_the_language_of_each_order_and_ends(customer: User, tmp_path: Path):
    orders = {make_order(customer, language=language).pk: language for language in ("en", "ru", "en")}

    with worker(tmp_path, "--once", JOB_THREADS="1") as process:
        assert process.wait(LIMIT_SECONDS) == 0

    assert set(Job.objects.values_list("status", "attempts")) == {("done", 1)}
    assert Invoice.objects.count() == len(orders)
    titles = {
        "en": ("Your order #{} is confirmed", "Invoice #{}"),
        "ru": ("Заказ № {} принят", "Счёт № {}"),
    }
    assert sent(tmp_path / "var" / "mail") == {
        tuple(title.format(number) for title in titles[language]) for number, language in orders.items()
    }


def sent(folder: Path) -> set[tuple[str, str]]:
    """Return subject and title of the invoice of every e-mail."""
    messages = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]
    invoices = [next(message.iter_attachments()).get_content() for message in messages]
    return {
        (message["Subject"].strip(), PdfReader(BytesIO(pdf)).metadata.title)
        for message, pdf in zip(messages, invoices, strict=True)
    }


@contextmanager
def worker(folder: Path, *options: str, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the command on the database of this test."""
    database, name = settings.DATABASES["default"], connection.settings_dict["NAME"]
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        where = f"{database['HOST']}:{database['PORT']}"
        url = f"postgres://{database['USER']}:{database['PASSWORD']}@{where}/{name}"
    environment = {"DATABASE_URL": url, "VAR_DIR": str(folder / "var"), "EMAIL_URL": "", **environment}
    with running("manage.py", "jobs", *options, log=folder / "worker.log", **environment) as process:
        yield process
