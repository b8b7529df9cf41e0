"""Callbacks of Stripe: only what it has signed, and lately; of which payment each event speaks."""

import json
import time
from uuid import uuid4

import pytest

from apps.payments.providers.base import CallbackInvalid, Notice
from apps.payments.providers.stripe import Stripe
from apps.payments.tests.stripe_server import SECRET, event, signature

UID = uuid4()
SESSION = {
    "id": "cs_test_1",
    "object": "checkout.session",
    "status": "complete",
    "amount_total": 1000,
    "customer_details": {"email": "anna@example.com"},
    "metadata": {"uid": str(UID), "order_id": "42"},
}


@pytest.fixture(autouse=True)
def secrets(settings) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]


def read(body: bytes, header: str | None) -> Notice:
    headers = {} if header is None else {"Stripe-Signature": header}
    return Stripe().read_callback(body, headers, address="127.0.0.1")


def signed(kind: str, thing: object) -> Notice:
    body = event(kind, thing)
    return read(body, signature(body, SECRET))


def test_event_of_a_session_names_it_and_our_payment():
    notice = signed("checkout.session.completed", SESSION)

    assert (notice.event_id, notice.kind) == ("evt_1", "checkout.session.completed")
    assert (notice.provider_id, notice.uid) == ("cs_test_1", UID)
    assert notice.body["object"] == {
        "id": "cs_test_1",
        "object": "checkout.session",
        "status": "complete",
        "amount_total": 1000,
        "metadata": {"uid": str(UID), "order_id": "42"},
    }


@pytest.mark.parametrize("kind", ["payment_intent", "charge"])
def test_what_hangs_on_a_session_names_our_payment(kind):
    notice = signed(f"{kind}.updated", {"id": "x_1", "object": kind, "metadata": {"uid": str(UID)}})

    assert (notice.provider_id, notice.uid) == ("", UID)


def test_refund_names_its_payment_and_not_itself():
    thing = {"id": "re_1", "object": "refund", "metadata": {"uid": str(uuid4()), "payment_uid": str(UID)}}

    assert signed("refund.failed", thing).uid == UID


@pytest.mark.parametrize(
    "thing",
    [
        {"id": "re_1", "object": "refund", "metadata": {}},
        {"id": "ch_1", "object": "charge", "metadata": {"uid": "cart-7"}},
        {"id": "ch_1", "object": "charge", "metadata": None},
        {"object": "balance"},
    ],
)
def test_event_of_something_else_names_no_payment(thing):
    notice = signed("other", thing)

    assert (notice.provider_id, notice.uid) == ("", None)


def test_any_of_our_secrets_and_any_signature_will_do(settings):
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_old", SECRET]
    body = event("x", SESSION)

    assert read(body, signature(body, "whsec_other", SECRET)).event_id == "evt_1"
    assert read(body, signature(body, "whsec_old")).event_id == "evt_1"


@pytest.mark.parametrize("shift", [-301, 302])
def test_old_event_is_refused(shift):
    body = event("x", SESSION)
    for age, is_read in ((shift, False), (shift // 2, True)):
        header = signature(body, SECRET, at=time.time() + age)
        if is_read:
            assert read(body, header).event_id == "evt_1"
        else:
            with pytest.raises(CallbackInvalid):
                read(body, header)


BODY = event("x", SESSION)
GOOD = signature(BODY, SECRET)
MOMENT, SIGNED = GOOD.split(",")[:2]


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "t=,v1=",
        MOMENT,
        SIGNED,
        f"{MOMENT},{SIGNED.replace('v1', 'v0')}",
        f"{MOMENT},{SIGNED[:-1]}",
        f"{MOMENT}0,{SIGNED}",
        f"t=1,{SIGNED}",
        f"t={'9' * 400},{SIGNED}",
        f"t=٣,{SIGNED}",
        f"t=-1,{SIGNED}",
        f"{MOMENT},v1=подпись",
        signature(BODY, "whsec_other"),
        signature(BODY),
    ],
    ids=lambda _header: "header",  # it has the moment in it, and each process calls a test alike
)
def test_whoever_does_not_know_the_secret_is_refused(header):
    with pytest.raises(CallbackInvalid):
        read(BODY, header)


def test_changed_body_is_refused():
    with pytest.raises(CallbackInvalid):
        read(BODY.replace(b"1000", b"1001"), GOOD)


def test_store_without_secrets_believes_nobody(settings):
    settings.STRIPE_WEBHOOK_SECRETS = []

    with pytest.raises(CallbackInvalid):
        read(BODY, signature(BODY, ""))


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"[]", b"{}", b'{"data": 1}', b'{"data": {"object": 1}}', json.dumps([1]).encode()],
)
def test_signed_nonsense_is_refused(body):
    with pytest.raises(CallbackInvalid):
        read(body, signature(body, SECRET))
