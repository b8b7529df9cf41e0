"""Callbacks of the payment emulator are understood, where they are signed, and of now."""

import json
import time
from pathlib import Path
from uuid import UUID

import pytest

from apps.payments.providers import provider_named
from apps.payments.providers.base import CallbackInvalid, Provider
from apps.payments.standard_webhooks import signed_headers
from apps.payments.tests.emulation import SECRET, WANTED, callback_taker, created, payment_emulator, post
from tests.support.processes import wait_for

UID = UUID(WANTED["metadata"]["uid"])
ADDRESS = "203.0.113.7"


@pytest.fixture
def provider() -> Provider:
    """Return the adapter."""
    return provider_named("emulator")


def test_callback_of_the_emulator_is_understood(tmp_path: Path, settings, provider: Provider):
    settings.PAYMENT_EMULATOR_SECRET = SECRET
    with callback_taker() as store, payment_emulator(tmp_path, store.url) as emulator:
        payment = created(emulator).json()
        post(emulator, f"/payments/{payment['id']}/pay")
        callback = wait_for(lambda: store.taken and store.taken[0], seconds=5)

    notice = provider.read_callback(callback.body, callback.headers, address=ADDRESS)

    assert (notice.kind, notice.provider_id, notice.uid) == ("payment.paid", payment["id"], UID)
    assert notice.event_id == callback.headers["webhook-id"]
    assert notice.body == json.loads(callback.body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"7",
        b"[" * 100_000,
        b'{"type": "payment.paid"}',
        b'{"type": "payment.paid", "data": {"payment": {"id": 7, "metadata": {}}}}',
        b'{"type": "payment.paid", "data": {"payment": {"id": "pay/0", "metadata": {}}}}',
        b'{"type": "payment.paid", "data": {"payment": {"id": "pay_0", "metadata": {"uid": "x"}}}}',
        b'{"type": "payment.paid", "data": {"payment": {"id": "pay_0", "metadata": []}}}',
    ],
)
def test_signed_callback_that_cannot_be_read_is_invalid(settings, provider: Provider, body: bytes):
    settings.PAYMENT_EMULATOR_SECRET = SECRET
    headers = signed_headers(body, message_id="evt_1", timestamp=int(time.time()), secret=SECRET)

    with pytest.raises(CallbackInvalid):
        provider.read_callback(body, headers, address=ADDRESS)


@pytest.mark.parametrize("late", [0, 301])
def test_forged_or_late_callback_is_invalid(settings, provider: Provider, late: int):
    settings.PAYMENT_EMULATOR_SECRET = SECRET if late else "another"
    body = b'{"type": "payment.paid", "data": {"payment": {"id": "pay_0", "metadata": {}}}}'
    headers = signed_headers(body, message_id="evt_1", timestamp=int(time.time()) - late, secret=SECRET)

    with pytest.raises(CallbackInvalid):
        provider.read_callback(body, headers, address=ADDRESS)
