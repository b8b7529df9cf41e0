"""A provider in memory, whose answers a test orders: for what can hardly be timed with a server."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from apps.payments.providers.base import (
    CallbackInvalid,
    Notice,
    PaymentRequest,
    PaymentSnapshot,
    Provider,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnreachable,
    RefundRequest,
    RefundSnapshot,
)
from apps.payments.statuses import PaymentState, RefundState

ZERO = Decimal(0)


class ScriptedProvider(Provider):
    """Payments and refunds by their numbers; `calls` are the calls it got, `faults` what goes wrong next."""

    code = "emulator"
    pays_late = True

    def __init__(self) -> None:
        self.payments: dict[str, PaymentSnapshot] = {}
        self.refunds: dict[str, tuple[str, RefundSnapshot]] = {}
        self.calls: list[str] = []
        self.is_away = False
        self.is_unreachable = False
        self.loses_answers = False
        self.refuses: set[str] = set()
        self.refund_state = RefundState.SUCCEEDED
        self.can_cancel = True

    def create(self, request: PaymentRequest) -> PaymentSnapshot:
        self._called("create")
        if "create" in self.refuses:
            raise ProviderRefused("insufficient_funds")
        number = f"pay-{request.uid}"
        if number not in self.payments:
            self.payments[number] = PaymentSnapshot(
                provider_id=number,
                uid=request.uid,
                status=PaymentState.REQUIRES_ACTION,
                amount=request.amount,
                captured=ZERO,
                refunded=ZERO,
                currency=request.currency,
                next_action={"type": "redirect", "url": f"https://pay.example/{number}"},
            )
        self._answers()
        return self.payments[number]

    def fetch(self, provider_id: str) -> PaymentSnapshot:
        self._called("fetch")
        if provider_id not in self.payments:
            raise ProviderRefused("not_found")
        return self.payments[provider_id]

    def payments_since(self, since: datetime) -> Iterator[PaymentSnapshot]:
        self._called("list")
        yield from self.payments.values()

    def cancel(self, provider_id: str, *, key: str) -> None:
        self._called("cancel")
        payment = self.payments[provider_id]
        if not self.can_cancel or payment.captured:
            raise ProviderRefused("not_cancellable")
        self.change(provider_id, status=PaymentState.CANCELLED)
        self._answers()

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        self._called("refund")
        if "refund" in self.refuses:
            raise ProviderRefused("refund_refused")
        number = f"ref-{request.uid}"
        if number not in self.refunds:
            self.add_refund(request.provider_id, request.amount, uid=request.uid, number=number)
        self._answers()
        return self.refunds[number][1]

    def fetch_refund(self, provider_id: str) -> RefundSnapshot:
        self._called("fetch_refund")
        return self.refunds[provider_id][1]

    def refunds_of(self, provider_id: str) -> list[RefundSnapshot]:
        self._called("refunds_of")
        return [refund for payment, refund in self.refunds.values() if payment == provider_id]

    def read_callback(self, body: bytes, headers: Mapping[str, str], *, address: str) -> Notice:
        raise CallbackInvalid

    def add_refund(self, payment: str, amount: Decimal, *, uid: UUID | None = None, number: str = "") -> None:
        number = number or f"ref-{uuid4()}"
        state, currency = self.refund_state, self.payments[payment].currency
        self.refunds[number] = (payment, RefundSnapshot(number, uid, state, amount, currency))
        if state == RefundState.SUCCEEDED:
            self.change(payment, refunded=self.payments[payment].refunded + amount)

    def pay(self, provider_id: str, amount: Decimal | None = None, **changes: object) -> None:
        payment = self.payments[provider_id]
        captured = payment.amount if amount is None else amount
        self.change(provider_id, status=PaymentState.PAID, captured=captured, next_action=None, **changes)

    def change(self, provider_id: str, **changes: object) -> None:
        self.payments[provider_id] = replace(self.payments[provider_id], **changes)

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.is_unreachable:
            raise ProviderUnreachable("not reached")
        if self.is_away:
            raise ProviderUnavailable("away")

    def _answers(self) -> None:
        if self.loses_answers:
            raise ProviderUnavailable("lost")
