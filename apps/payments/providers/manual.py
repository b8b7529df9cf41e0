"""Payments by hand: transfer, cash, card on delivery. Staff tell what was received; nobody is called."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NoReturn

from apps.payments.providers.base import (
    CallbackInvalid,
    Notice,
    PaymentRequest,
    PaymentSnapshot,
    Provider,
    ProviderRefused,
    RefundRequest,
    RefundSnapshot,
)


class Manual(Provider):
    """Money that people receive and give back."""

    code = "manual"
    is_manual = True

    def create(self, request: PaymentRequest) -> PaymentSnapshot:
        """Refuse: such a payment begins without a call."""
        self._refuse()

    def fetch(self, provider_id: str) -> PaymentSnapshot:
        """Refuse: nobody can be asked."""
        self._refuse()

    def payments_since(self, since: datetime) -> Iterator[PaymentSnapshot]:
        """Yield nothing."""
        yield from ()

    def cancel(self, provider_id: str, *, key: str) -> None:
        """Refuse: it is cancelled at once, without a call."""
        self._refuse()

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Refuse: staff give the money back, and say so."""
        self._refuse()

    def fetch_refund(self, provider_id: str) -> RefundSnapshot:
        """Refuse: nobody can be asked."""
        self._refuse()

    def refunds_of(self, provider_id: str) -> list[RefundSnapshot]:
        """Return none."""
        return []

    def read_callback(self, body: bytes, headers: Mapping[str, str], *, address: str) -> Notice:
        """Refuse: nobody calls back."""
        raise CallbackInvalid

    def _refuse(self) -> NoReturn:
        raise ProviderRefused("manual")
