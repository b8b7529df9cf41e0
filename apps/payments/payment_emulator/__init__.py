"""Emulator of a payment provider: a small server that takes no money, apart from the store's API."""

from apps.payments.payment_emulator.faults import FAULTS, SLOW_SECONDS
from apps.payments.payment_emulator.server import PaymentEmulator

__all__ = ["FAULTS", "SLOW_SECONDS", "PaymentEmulator"]
