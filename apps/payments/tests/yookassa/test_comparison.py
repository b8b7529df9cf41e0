"""`verify_payments --ask` compares the store's payments with YooKassa's list of them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.payments.models import Payment
from apps.payments.services import refund_order
from apps.payments.tests.tills import run_jobs
from apps.payments.tests.yookassa.receipts import paid

pytestmark = pytest.mark.django_db(transaction=True)  # a comparison chooses its isolation


@pytest.fixture
def payment(server, order, staff) -> Payment:
    """Return a payment of an hour ago, of which a part was given back."""
    payment = paid(server, order)
    refund_order(order_id=order.pk, amount=Decimal("25.00"), reason="goodwill", note="", by=staff)
    run_jobs(order)
    Payment.objects.update(created_at=timezone.now() - timedelta(hours=1))
    return payment


def test_both_agree(payment, capsys):
    call_command("verify_payments", "--ask")
    assert capsys.readouterr().out == "Payments add up.\n"


def test_difference_and_an_outage_are_told(server, payment, capsys):
    server.give_back(payment.provider_id, "10.00")
    with pytest.raises(CommandError, match="1 difference"):
        call_command("verify_payments", "--ask")
    assert capsys.readouterr().err == (
        f"refunded of payment {payment.uid} at yookassa: 35.00 expected, 25.00 found\n"
    )

    server.faults = ["500"]
    with pytest.raises(CommandError, match="1 difference"):
        call_command("verify_payments", "--ask")
    assert "yookassa cannot be asked: YooKassa answered 500" in capsys.readouterr().err
