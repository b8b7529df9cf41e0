"""Callbacks: hints that are not believed. What is forged, huge or of nobody moves nothing."""

import json
import time
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from apps.core.observability.metrics import COUNTED
from apps.core.tests.answers import refusal_of
from apps.jobs.models import Job
from apps.jobs.runner import run_job
from apps.orders.models import Order
from apps.payments.models import Payment, ProviderEvent
from apps.payments.providers.base import CallbackInvalid, Notice
from apps.payments.standard_webhooks import signed_headers
from apps.payments.tests.emulation import SECRET, post
from apps.payments.tests.tills import begun, order_for
from online_store.env import Rate

CALLBACKS = "/api/v1/payments/callbacks/"
KB64 = 64 * 1024
OUTCOMES = ("taken", "unknown", "invalid")

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]

_addresses = count(1)


@pytest.fixture
def payment(emulator, online, customer) -> Payment:
    return begun(order_for(customer))


def notice_of(payment: Payment | str, *, uid: str | None = None) -> bytes:
    number = payment if isinstance(payment, str) else payment.provider_id
    metadata = {"order_id": 1, "uid": uid or str(uuid4())}
    data = {"payment": {"id": number, "status": "paid", "amount": "1.00", "metadata": metadata}}
    return json.dumps({"type": "payment.updated", "data": data}).encode()


def called_back(
    api: APIClient, body: bytes, *, event: str = "msg_1", secret: str = SECRET, **more: Any
) -> Any:
    headers = signed_headers(body, message_id=event, timestamp=int(time.time()), secret=secret)
    more = {"content_type": "application/json", "headers": headers, **more}
    return api.generic("POST", f"{CALLBACKS}emulator/", body, **more)


def questions(payment: Payment) -> list[Job]:
    return list(
        Job.objects.filter(kind="payment_refresh", subject=f"money:{payment.order_id}").order_by("pk")
    )


def nothing_happened(payment: Payment) -> bool:
    return not questions(payment) and not ProviderEvent.objects.exists()


@pytest.fixture
def counted(settings):
    """Count callbacks, and return a function that tells how many came of one outcome since."""
    settings.METRICS_TOKEN = "scrape-" * 8

    def total(outcome: str) -> float:
        labels = {"provider": "emulator", "outcome": outcome}
        return COUNTED.get_sample_value("store_payment_callbacks_total", labels) or 0

    before = {outcome: total(outcome) for outcome in OUTCOMES}
    return lambda: {outcome: total(outcome) - before[outcome] for outcome in OUTCOMES}


def test_a_callback_has_the_provider_asked_whatever_it_says(api, emulator, payment):
    unpaid = called_back(api, notice_of(payment))
    assert (unpaid.status_code, unpaid.json()) == (200, {})
    (job,) = questions(payment)
    run_job(job.pk)
    assert Payment.objects.get().status == "requires_action"

    post(emulator, f"/payments/{payment.provider_id}/pay", {})
    called_back(api, notice_of(payment), event="msg_2")
    run_job(questions(payment)[1].pk)
    assert (Payment.objects.get().status, Order.objects.get().status) == ("paid", "processing")
    event = ProviderEvent.objects.get(event_id="msg_2")
    assert (event.provider, event.kind, event.payment) == ("emulator", "payment.updated", payment)
    assert json.loads(event.body)["data"]["payment"]["id"] == payment.provider_id


def test_a_callback_that_comes_again_is_kept_once_and_asks_again(api, payment):
    for _time in range(10):
        assert called_back(api, notice_of(payment)).status_code == 200
    assert (ProviderEvent.objects.count(), len(questions(payment))) == (1, 1)

    run_job(questions(payment)[0].pk)
    called_back(api, notice_of(payment))
    assert (ProviderEvent.objects.count(), len(questions(payment))) == (1, 2)


def test_a_callback_before_the_answer_finds_the_payment_by_our_number(api, payment):
    number = payment.provider_id
    Payment.objects.update(provider_id=None, status="created", next_action=None)
    assert called_back(api, notice_of(number, uid=str(payment.uid))).status_code == 200

    run_job(questions(payment)[0].pk)
    assert Payment.objects.get().provider_id == number


def test_a_number_that_the_provider_gives_to_another_payment_is_not_taken_over(
    api, emulator, customer, payment
):
    Payment.objects.update(provider_id=None, status="created", next_action=None)
    other = begun(order_for(customer))
    Payment.objects.filter(pk=other.pk).update(provider_id="another")
    called_back(api, notice_of(other.provider_id, uid=str(payment.uid)))
    run_job(questions(payment)[0].pk)

    assert Payment.objects.get(pk=payment.pk).provider_id is None


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("a notice", {"secret": "whsec_" + "Zm9yZ2Vk" * 6}),
        ("a notice", {"headers": {}}),
        (b"", {}),
        (b"{", {}),
        (b"[]", {}),
        (b"null", {}),
        (b"\xff\xfe", {}),
        (b"[" * 30_000, {}),
        (b'{"type": 1, "data": {"payment": {"id": {"a": 1}}}}', {}),
        (b'{"type": "\\u0000", "data": {"payment": {"id": "x", "metadata": {}}}}', {}),
        (b'{"type": "\\ud800", "data": {"payment": {"id": "x", "metadata": {}}}}', {}),
    ],
    ids=str,
)
def test_what_is_forged_or_unreadable_is_refused(api, payment, counted, body, more):
    response = called_back(api, notice_of(payment) if body == "a notice" else body, **more)

    assert refusal_of(response) == (400, "callback_invalid", [])
    assert nothing_happened(payment)
    assert counted() == {"taken": 0, "unknown": 0, "invalid": 1}


def test_a_forged_callback_does_not_silence_the_real_one(api, payment):
    called_back(api, notice_of(payment), secret="whsec_" + "Zm9yZ2Vk" * 6)

    assert called_back(api, notice_of(payment)).status_code == 200
    assert len(questions(payment)) == 1


def test_an_unknown_object_is_counted_and_nobody_is_asked(api, payment, counted):
    response = called_back(api, notice_of("no-payment-of-ours"))

    assert (response.status_code, response.json()) == (200, {})
    assert nothing_happened(payment)
    assert counted() == {"taken": 0, "unknown": 1, "invalid": 0}


def test_a_callback_has_at_most_64_kb(api, payment):
    notice = notice_of(payment)
    fitting, oversized = notice + b" " * (KB64 - len(notice)), notice + b" " * (KB64 - len(notice) + 1)

    assert called_back(api, fitting).status_code == 200
    assert refusal_of(called_back(api, oversized, event="msg_2")) == (413, "body_too_large", [])
    assert ProviderEvent.objects.count() == 1


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"],
)
def test_a_callback_is_of_any_content_type(api, payment, content_type):
    response = called_back(api, notice_of(payment), content_type=content_type, HTTP_ACCEPT="application/xml")

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert len(questions(payment)) == 1


def test_a_token_is_not_looked_at(api, payment):
    assert called_back(api, notice_of(payment), HTTP_AUTHORIZATION="Bearer x").status_code == 200


@pytest.mark.parametrize("provider", ["paypal", "Emulator", "base", "x" * 300])
def test_an_unknown_provider_is_not_there(db, api, provider):
    assert refusal_of(api.post(f"{CALLBACKS}{provider}/", {})) == (404, "not_found", [])


def test_a_callback_is_posted(db, api):
    assert api.get(f"{CALLBACKS}emulator/").status_code == 405


def test_only_forged_callbacks_are_throttled_by_their_address(api, payment, settings):
    settings.THROTTLES = {
        **dict.fromkeys(settings.THROTTLES),
        "callback": Rate(3, 3600),
        "address": Rate(1, 3600),
    }
    forger, other = (f"198.51.100.{next(_addresses)}" for _number in range(2))
    forged = [
        called_back(api, notice_of(payment), headers={}, REMOTE_ADDR=forger).status_code for _time in range(4)
    ]

    assert forged == [400, 400, 400, 429]
    assert called_back(api, notice_of(payment), headers={}, REMOTE_ADDR=other).status_code == 400
    real = [called_back(api, notice_of(payment), REMOTE_ADDR=forger).status_code for _time in range(4)]
    assert real == [200] * 4


@pytest.mark.parametrize("member", ["event_id", "kind", "provider_id"])
@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_a_notice_holds_no_text_that_cannot_be_stored(member, text):
    with pytest.raises(CallbackInvalid):
        Notice(**{"event_id": "1", "kind": "paid", member: text})
