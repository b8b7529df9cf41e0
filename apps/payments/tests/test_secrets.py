"""No secret of a provider, and no card, is written anywhere: not even when a server sends them back."""

import base64
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.apps import apps
from prometheus_client.exposition import generate_latest
from rest_framework.test import APIClient

from apps.core.observability.logs import JsonFormatter
from apps.core.observability.metrics import AT_SCRAPE, COUNTED
from apps.orders.models import PaymentMethod
from apps.payments.exceptions import PaymentRefused, ProviderAway
from apps.payments.models import Payment
from apps.payments.providers.base import ProviderUnavailable
from apps.payments.services import ask
from apps.payments.tests.tills import begun, order_for, run_jobs
from apps.users.models import User

pytestmark = pytest.mark.django_db

CANARY = "canary2718281828459045canary2718281828459045canary271828"
CARD = "4242424242424242"
PROVIDERS = {
    "emulator": {"PAYMENT_EMULATOR_SECRET": CANARY},
    "yookassa": {"YOOKASSA_SHOP_ID": "1000", "YOOKASSA_SECRET_KEY": CANARY},
    "stripe": {"STRIPE_SECRET_KEY": f"sk_test_{CANARY}", "STRIPE_WEBHOOK_SECRETS": [f"whsec_{CANARY}"]},
}
ADDRESSES = {
    "emulator": "PAYMENT_EMULATOR_URL",
    "yookassa": "YOOKASSA_API_URL",
    "stripe": "STRIPE_API_URL",
}


class _Echo(BaseHTTPRequestHandler):
    """A provider out of order, which sends back whatever it was sent."""

    status = 400

    def _echo(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        text = f"{self.headers} {sent}"
        body = json.dumps(
            {"type": "error", "code": text, "description": text, "error": {"code": text, "message": text}}
        ).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self._echo()

    def do_POST(self) -> None:
        self._echo()

    def log_message(self, *args: object) -> None:
        """Stay silent."""


@pytest.fixture
def written(caplog) -> Callable[[], str]:
    """Return a function that returns all that was logged, stored and counted."""
    caplog.set_level(logging.DEBUG)

    def text() -> str:
        lines = [JsonFormatter().format(record) for record in caplog.records]
        lines += [repr(vars(record)) for record in caplog.records]
        lines += [str(list(model.objects.values())) for model in apps.get_models()]
        lines += [generate_latest(registry).decode() for registry in (COUNTED, AT_SCRAPE)]
        return "\n".join(lines)

    return text


@pytest.fixture(params=PROVIDERS)
def code(request, settings) -> Iterator[str]:
    """Offer a provider that is out of order."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    settings.PAYMENT_PROVIDERS = ["manual", request.param]
    setattr(settings, ADDRESSES[request.param], f"http://127.0.0.1:{server.server_address[1]}")
    for name, value in PROVIDERS[request.param].items():
        setattr(settings, name, value)
    PaymentMethod.objects.create(
        code="online", name_ru="Картой", provider=request.param, terms="prepaid", expire_minutes=30
    )
    yield request.param
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("status", [400, 401, 404, 500])
def test_a_provider_that_sends_everything_back_gets_nothing_written(
    code: str, status: int, customer: User, written, monkeypatch
):
    monkeypatch.setattr(_Echo, "status", status)
    order = order_for(customer)
    with suppress(PaymentRefused, ProviderAway):
        begun(order)
    run_jobs(order)
    payment = Payment.objects.get()
    Payment.objects.filter(pk=payment.pk).update(provider_id="p-1", status="pending")
    payment.refresh_from_db()
    with suppress(ProviderUnavailable):
        ask(payment)
    text = written()
    basic = base64.b64encode(f"1000:{CANARY}".encode()).decode()
    assert "127.0.0.1" in text or payment.failure_code  # something was written about it
    assert CANARY not in text
    assert basic not in text


def test_no_card_is_accepted_or_written(code: str, customer: User, customer_api: APIClient, written):
    order = order_for(customer)
    cards = {"card": {"number": CARD, "cvc": "123"}, "card_number": CARD, "pan": CARD}
    for member, value in cards.items():
        answer = customer_api.post(
            f"/api/v1/orders/{order.pk}/payments/", {"method": "online", member: value}
        )
        assert answer.status_code == 400
        assert [fault["code"] for fault in answer.json()["errors"]] == ["unknown_member"]
    forged = json.dumps({"card": {"number": CARD}, "object": {"id": "p", "card": CARD}, "data": CARD})
    answer = APIClient().generic(
        "POST", f"/api/v1/payments/callbacks/{code}/", forged, content_type="application/json"
    )
    assert answer.status_code in {200, 400}
    assert not Payment.objects.exists()
    assert CARD not in written()
