"""What the store asks of a provider, and what a provider tells: the same few things, whoever it is."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, NotRequired, TypedDict
from uuid import UUID

import requests
from django.utils import timezone

from apps.core.outbound_http import was_never_sent
from apps.payments.statuses import PaymentState, RefundState

CALL_SECONDS = 5.0
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,50}")


class ProviderUnavailable(Exception):
    """It is not known what the provider did: it was not reached, or did not answer as it should.

    The same call with the same key may be repeated.
    """


class ProviderUnreachable(ProviderUnavailable):
    """The provider was not reached: it knows nothing of the call."""


def unavailable(error: requests.RequestException, text: str) -> ProviderUnavailable:
    """Return what is to be raised for a call that got no answer."""
    kind = ProviderUnreachable if was_never_sent(error) else ProviderUnavailable
    return kind(text)


class ProviderRefused(Exception):
    """The provider understood and said no, for good. `code` is its word for programs; `refused` without one.

    What is no word is not kept: it is shown, stored and logged, and might hold what was sent.
    """

    def __init__(self, code: str) -> None:
        self.code = code if _WORD.fullmatch(code) else "refused"
        super().__init__(self.code)


class CallbackInvalid(Exception):
    """A callback that is forged, replayed too late, or unreadable."""


class NextAction(TypedDict):
    """What the customer has to do next, as it is stored and shown."""

    type: str  # redirect, qr, transfer, none
    url: NotRequired[str]
    client_secret: NotRequired[str]
    payload: NotRequired[str]
    image_url: NotRequired[str]
    instructions: NotRequired[str]


@dataclass(frozen=True)
class ReceiptPosition:
    """A position of a fiscal receipt: pieces at a price; the tax rate in percent, None without VAT."""

    name: str
    quantity: int
    price: Decimal
    tax_rate: Decimal | None
    is_service: bool = False


@dataclass(frozen=True)
class Receipt:
    """What a fiscal receipt has to say: to whom it is sent, and for what the money is.

    `tax_system` is that of 54-FZ (tag 1055). `is_prepayment`: the goods are handed over later.
    """

    email: str
    positions: Sequence[ReceiptPosition]
    tax_system: int | None = None
    is_prepayment: bool = True


@dataclass(frozen=True)
class PaymentRequest:
    """A payment to be begun. `uid` is the idempotency key; nobody else's data is told to the provider."""

    uid: UUID
    order_id: int
    amount: Decimal
    currency: str
    description: str
    return_url: str
    language: str
    expires_at: datetime | None = None  # when the order does
    receipt: Receipt | None = None
    # When the customer asked for it: a repeated call has to say the same, whenever it is made.
    begun_at: datetime = field(default_factory=timezone.now)


@dataclass(frozen=True)
class RefundRequest:
    """A refund to be made. `uid` is the idempotency key."""

    uid: UUID
    payment_uid: UUID
    provider_id: str  # of the payment
    amount: Decimal
    currency: str
    receipt: Receipt | None = None


@dataclass(frozen=True)
class SettlementRequest:
    """A receipt for prepaid goods that are handed over. `key` is the idempotency key."""

    key: str
    provider_id: str  # of the payment
    amount: Decimal
    currency: str
    receipt: Receipt


@dataclass(frozen=True)
class PaymentSnapshot:
    """What the provider says of a payment now. `captured` and `refunded` are money in `currency`.

    `uid` is ours, as the provider has kept it; None where it has none. `is_uncaptured`: the money is only
    authorised, and somebody has to look.
    """

    provider_id: str
    uid: UUID | None
    status: PaymentState
    amount: Decimal
    captured: Decimal
    refunded: Decimal
    currency: str
    next_action: NextAction | None = None
    failure_code: str = ""
    card_brand: str = ""
    card_last4: str = ""
    expires_at: datetime | None = None
    is_uncaptured: bool = False
    receipt_status: str = ""  # pending, succeeded, canceled; empty without a receipt


@dataclass(frozen=True)
class RefundSnapshot:
    """What the provider says of a refund now."""

    provider_id: str
    uid: UUID | None
    status: RefundState
    amount: Decimal
    currency: str
    failure_code: str = ""
    receipt_status: str = ""


@dataclass(frozen=True)
class ReceiptSnapshot:
    """What the provider says of a receipt now."""

    provider_id: str
    status: str  # pending, succeeded, canceled


@dataclass(frozen=True)
class Notice:
    """A callback that was understood: of which payment it speaks, by the provider's number or by our uid.

    `body` is what is kept of it, without anything that may not be.
    """

    event_id: str
    kind: str
    provider_id: str = ""
    uid: UUID | None = None
    body: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise CallbackInvalid for texts that no database takes."""
        texts = self.event_id + self.kind + self.provider_id
        if "\0" in texts or any("\ud800" <= each <= "\udfff" for each in texts):
            raise CallbackInvalid


class Provider(ABC):
    """A provider of payments. Every method that calls it raises ProviderUnavailable and ProviderRefused."""

    code: ClassVar[str]
    # How long a payment can be paid that names no end of its own.
    default_term: ClassVar[timedelta] = timedelta(days=1)
    is_manual: ClassVar[bool] = False  # no calls: people tell what became of the money
    pays_late: ClassVar[bool] = False  # a payment that has failed or expired may still be paid
    replays_errors: ClassVar[bool] = False  # answers a repeated key with a stored 500: it is searched instead
    registers_receipts: ClassVar[bool] = False  # with the tax office (54-FZ)

    @abstractmethod
    def create(self, request: PaymentRequest) -> PaymentSnapshot:
        """Begin the payment; the same `uid` gives the same payment."""

    @abstractmethod
    def fetch(self, provider_id: str) -> PaymentSnapshot:
        """Return what is true of the payment. Raises ProviderRefused when there is none."""

    @abstractmethod
    def payments_since(self, since: datetime) -> Iterator[PaymentSnapshot]:
        """Yield the payments that were begun since then."""

    def find(self, uid: UUID, since: datetime) -> PaymentSnapshot | None:
        """Return the payment with our uid; None is no proof that there is none: lists lag."""
        return next((each for each in self.payments_since(since) if each.uid == uid), None)

    @abstractmethod
    def cancel(self, provider_id: str, *, key: str) -> None:
        """Have the payment end unpaid. Raises ProviderRefused where that is not possible (any more)."""

    @abstractmethod
    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Give money back; the same `uid` gives it back once."""

    @abstractmethod
    def fetch_refund(self, provider_id: str) -> RefundSnapshot:
        """Return what is true of the refund."""

    @abstractmethod
    def refunds_of(self, provider_id: str) -> list[RefundSnapshot]:
        """Return all refunds of the payment."""

    @abstractmethod
    def read_callback(self, body: bytes, headers: Mapping[str, str], *, address: str) -> Notice:
        """Return what the callback says. Raises CallbackInvalid; calls nobody."""

    def register_settlement(self, request: SettlementRequest) -> ReceiptSnapshot:
        """Have a receipt for handed-over goods registered, where the provider `registers_receipts`."""
        raise ProviderRefused("receipts")

    def fetch_receipt(self, provider_id: str) -> ReceiptSnapshot:
        """Return what is true of the receipt, where the provider `registers_receipts`."""
        raise ProviderRefused("receipts")
