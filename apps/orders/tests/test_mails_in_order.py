"""E-mails about an order arrive in the order of its status changes, whatever mail server or carrier do."""

import smtplib
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import requests
import responses
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from apps.jobs.models import Job
from apps.jobs.registry import handler_of, kinds_by_circuit
from apps.jobs.runner import run_due_jobs
from apps.jobs.services import run_again
from apps.orders.models import Order
from apps.orders.services import resend_email
from apps.orders.tests.factories import make_order, moved
from apps.users.models import User

URL = "http://127.0.0.1:9/parcels"
NUMBER = "EM123456789RU"
AWAY = smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
REFUSED = smtplib.SMTPRecipientsRefused({"a@example.com": (550, b"no such user")})
SUBJECTS = {
    "is confirmed": "pending",
    "is being prepared": "processing",
    "has been shipped": "shipped",
    "has been delivered": "delivered",
}


class MailServer(EmailBackend):
    """Takes mail into the outbox, unless it has an error to tell."""

    error: Exception | None = None

    def send_messages(self, messages):
        if self.error is not None:
            raise self.error
        return super().send_messages(messages)


@pytest.fixture
def mail_server(settings, monkeypatch) -> type[MailServer]:
    settings.EMAIL_BACKEND = f"{__name__}.MailServer"
    monkeypatch.setattr(MailServer, "error", None)
    return MailServer


@pytest.fixture
def carrier(settings) -> Iterator[responses.RequestsMock]:
    """Answer in the carrier's place, which takes every parcel unless a test says otherwise."""
    settings.SHIPPING_API_URL = URL
    with responses.RequestsMock(assert_all_requests_are_fired=False) as http:
        http.post(URL, json={"tracking_number": NUMBER})
        yield http


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def order(customer: User, clock) -> Order:
    """Return an order whose customer has been told that it is placed."""
    order = make_order(customer, language="en")
    run_due_jobs()
    return order


def test_mail_that_an_order_is_on_its_way_tells_its_number(order: Order, staff: User, carrier):
    moved(order, "processing", "shipped", by=staff)

    run_due_jobs()

    assert told() == [("pending", None), ("processing", None), ("shipped", NUMBER)]


@pytest.mark.parametrize("answer", [{"status": 503}, {"json": {}}, {"body": requests.ReadTimeout()}], ids=str)
def test_mail_waits_for_a_carrier_that_does_not_answer(
    order: Order, staff: User, carrier, clock, answer: dict
):
    carrier.replace(responses.POST, URL, **answer)
    moved(order, "processing", "shipped", by=staff)
    run_all_that_is_due(clock, until=timezone.now() + timedelta(hours=1))
    before = told()
    carrier.replace(responses.POST, URL, json={"tracking_number": NUMBER})

    run_all_that_is_due(clock, until=timezone.now() + timedelta(hours=2))

    assert before == [("pending", None), ("processing", None)]
    assert told() == [*before, ("shipped", NUMBER)]


def test_mail_goes_without_a_number_when_the_carrier_has_failed_for_good(
    order: Order, staff: User, carrier, clock
):
    carrier.replace(responses.POST, URL, status=503)
    moved(order, "processing", "shipped", by=staff)

    run_all_that_is_due(clock, until=timezone.now() + timedelta(days=2))

    assert Job.objects.get(kind="shipment").status == "failed"
    assert told() == [("pending", None), ("processing", None), ("shipped", None)]


def test_number_that_comes_after_the_mail_is_told_by_another_one(order: Order, staff: User, carrier):
    refuse(carrier)
    moved(order, "processing", "shipped", by=staff)
    run_due_jobs()
    without = told()
    carrier.replace(responses.POST, URL, json={"tracking_number": NUMBER})

    run_failed_again()

    assert without == [("pending", None), ("processing", None), ("shipped", None)]
    assert told() == [*without, ("shipped", NUMBER)]
    assert len({message.message()["Message-ID"] for message in mail.outbox}) == 4


def test_number_that_comes_while_a_mail_waits_is_told_once(order: Order, staff: User, carrier, mail_server):
    refuse(carrier)
    moved(order, "processing", by=staff)
    run_due_jobs()
    mail_server.error = AWAY
    moved(order, "shipped", by=staff)
    run_due_jobs()
    mail_server.error = None
    carrier.replace(responses.POST, URL, json={"tracking_number": NUMBER})
    Job.objects.filter(status="pending").update(run_at=timezone.now())

    run_failed_again()

    assert told() == [("pending", None), ("processing", None), ("shipped", NUMBER)]


def test_number_that_comes_while_a_mail_is_sent_again_is_told_once(order: Order, staff: User, carrier):
    refuse(carrier)
    moved(order, "processing", "shipped", by=staff)
    run_due_jobs()
    carrier.replace(responses.POST, URL, json={"tracking_number": NUMBER})
    resend_email(order_id=order.pk)

    run_failed_again()

    assert told()[2:] == [("shipped", None), ("shipped", NUMBER)]


def test_number_that_comes_after_the_parcel_makes_no_mail(order: Order, staff: User, carrier):
    refuse(carrier)
    moved(order, "processing", "shipped", "delivered", by=staff)
    run_due_jobs()
    before = told()
    carrier.replace(responses.POST, URL, json={"tracking_number": NUMBER})

    run_failed_again()

    assert [status for status, _number in before] == ["pending", "processing", "shipped", "delivered"]
    assert (told(), Order.objects.get().tracking_number) == (before, NUMBER)


def test_number_is_not_mailed_to_an_address_that_refused_the_mail(
    order: Order, staff: User, carrier, mail_server
):
    refuse(carrier)
    mail_server.error = REFUSED
    moved(order, "processing", "shipped", by=staff)
    run_due_jobs()
    mail_server.error = None
    carrier.replace(responses.POST, URL, json={"tracking_number": NUMBER})

    run_again(Job.objects.filter(kind="shipment").values_list("pk", flat=True))
    run_due_jobs()

    assert told() == [("pending", None)]


def test_mails_keep_the_order_of_the_moves_when_the_mail_server_was_away(
    order: Order, staff: User, clock, mail_server
):
    mail_server.error = AWAY
    for status in ("processing", "shipped", "delivered"):
        moved(order, status, by=staff)
        run_due_jobs()
        clock.shift(timedelta(seconds=1))
    before = told()
    mail_server.error = None

    run_all_that_is_due(clock, until=timezone.now() + timedelta(minutes=2))

    assert before == [("pending", None)]
    assert [status for status, _number in told()] == ["pending", "processing", "shipped", "delivered"]
    assert list(Job.objects.order_by("pk").values_list("attempts", flat=True))[3:] == [1, 1]


def test_one_mail_that_fails_for_good_does_not_hold_up_the_next(
    order: Order, staff: User, clock, mail_server
):
    mail_server.error = REFUSED
    moved(order, "processing", by=staff)
    run_due_jobs()
    mail_server.error = None
    moved(order, "shipped", by=staff)

    run_due_jobs()

    assert [status for status, _number in told()] == ["pending", "shipped"]


@pytest.mark.parametrize(
    ("away", "statuses"),
    [
        (timedelta(minutes=2), ["pending", "processing", "shipped", "delivered"]),
        (timedelta(hours=3), ["pending", "delivered"]),
    ],
)
def test_what_an_order_was_long_ago_is_not_told_any_more(
    customer: User, staff: User, clock, mail_server, away: timedelta, statuses: list[str]
):
    mail_server.error = AWAY
    order = make_order(customer, language="en")
    moved(order, "processing", "shipped", "delivered", by=staff)
    run_all_that_is_due(clock, until=timezone.now() + away)
    mail_server.error = None

    run_all_that_is_due(clock, until=timezone.now() + timedelta(minutes=7))

    assert [status for status, _number in told()] == statuses
    assert set(Job.objects.values_list("status", flat=True)) == {"done"}


def test_present_status_is_told_however_late(order: Order, staff: User, clock, mail_server):
    mail_server.error = AWAY
    moved(order, "processing", by=staff)
    run_all_that_is_due(clock, until=timezone.now() + timedelta(hours=3))
    mail_server.error = None

    run_all_that_is_due(clock, until=timezone.now() + timedelta(hours=2))

    assert [status for status, _number in told()] == ["pending", "processing"]


def test_each_kind_of_mail_about_an_order_waits_for_those_before_it():
    mails = kinds_by_circuit("mail")
    of_orders = [kind for kind in mails if handler_of(kind).run.__module__ == "apps.orders.jobs"]

    assert len(of_orders) > 1
    assert [kind for kind in of_orders if not {*of_orders} <= {*handler_of(kind).follows}] == []


def refuse(carrier: responses.RequestsMock) -> None:
    carrier.replace(responses.POST, URL, status=422)


def run_failed_again() -> None:
    run_again(Job.objects.filter(status="failed").values_list("pk", flat=True))
    run_due_jobs()


def run_all_that_is_due(clock: time_machine.Traveller, *, until: datetime) -> None:
    """Let the time pass, and do each job when its time has come."""
    waiting = Job.objects.filter(status="pending", run_at__lte=until).order_by("run_at")
    run_due_jobs()
    while next_job := waiting.filter(run_at__gt=timezone.now()).first():
        clock.move_to(next_job.run_at)
        run_due_jobs()
    clock.move_to(until)


def told() -> list[tuple[str, str | None]]:
    """Return of which status the customer was told, and with which number."""
    seen = []
    for message in mail.outbox:
        [status] = [status for text, status in SUBJECTS.items() if message.subject.endswith(text)]
        numbers = [line for line in message.body.splitlines() if line.startswith("Tracking number: ")]
        seen.append((status, numbers[0].partition(": ")[2] if numbers else None))
    return seen
