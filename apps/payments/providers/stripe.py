"""Stripe: payments on its own page (Checkout), to which customers are led and from which they come back.

A payment is a Checkout Session; its money is in the PaymentIntent and the Charge that hang on it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from apps.payments.providers import stripe_api as api
from apps.payments.providers.base import (
    CallbackInvalid,
    NextAction,
    Notice,
    PaymentRequest,
    PaymentSnapshot,
    Provider,
    ProviderRefused,
    ProviderUnavailable,
    RefundRequest,
    RefundSnapshot,
)
from apps.payments.providers.stripe_callbacks import check_signature, notice_of, uid_in
from apps.payments.statuses import PaymentState, RefundState

SESSIONS = api.path_of("checkout", "sessions")
REFUNDS = api.path_of("refunds")
MONEY = "payment_intent.latest_charge"  # is told with a session

# A session lives from 30 minutes to 24 hours, which Stripe counts from when the call comes: an early end is
# put off, so that the call can be repeated for a while, and a late one is left to Stripe.
SHORTEST, LONGEST = timedelta(minutes=45), timedelta(hours=23)
# A session that was completed with a method that takes days, as a direct debit, may be paid for so long.
DELAYED = timedelta(days=21)

_REFUND_STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}


class Stripe(Provider):
    """Checkout by redirect; no card data and no key is ever seen by the store's clients."""

    code = "stripe"
    default_term = timedelta(hours=24)
    replays_errors = True

    def create(self, request: PaymentRequest) -> PaymentSnapshot:
        """Begin a session of one line, the whole amount."""
        session = api.post(SESSIONS, _form_of_session(request), key=str(request.uid))
        return _payment(session)

    def fetch(self, provider_id: str) -> PaymentSnapshot:
        """Return the session, with its money."""
        return _payment(_session(provider_id))

    def payments_since(self, since: datetime) -> Iterator[PaymentSnapshot]:
        """Yield the sessions of payments that were begun since then, newest first."""
        form: api.Form = {"created[gte]": int(since.timestamp()), "expand[]": [f"data.{MONEY}"]}
        with _readable():
            for session in api.listed(SESSIONS, form):
                if session["mode"] == "payment":
                    yield _payment(session)

    def cancel(self, provider_id: str, *, key: str) -> None:
        """Expire the session; a complete one Stripe refuses to.

        Without a key, which would only have a stored fault come back: to expire it twice does no harm.
        """
        api.post(f"{api.path_of('checkout', 'sessions', provider_id)}/expire", {})

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Give money back; after a fault look for the refund, since the same key repeats the fault."""
        intent = _intent_of(_session(request.provider_id))
        if intent is None:
            raise ProviderRefused("nothing_paid")
        form: api.Form = {
            "payment_intent": intent,
            "amount": _minor(request.amount),
            "metadata[uid]": str(request.uid),
            "metadata[payment_uid]": str(request.payment_uid),
        }
        try:
            return _refund(api.post(REFUNDS, form, key=str(request.uid)))
        except ProviderUnavailable:
            for made in _refunds_of(intent):
                if made.uid == request.uid:
                    return made
            raise

    def fetch_refund(self, provider_id: str) -> RefundSnapshot:
        """Return the refund."""
        return _refund(api.get(api.path_of("refunds", provider_id), {}))

    def refunds_of(self, provider_id: str) -> list[RefundSnapshot]:
        """Return the refunds of the session's payment."""
        intent = _intent_of(_session(provider_id))
        return list(_refunds_of(intent)) if intent else []

    def read_callback(self, body: bytes, headers: Mapping[str, str], *, address: str) -> Notice:
        """Return what the signed event says. Raises CallbackInvalid."""
        header = headers.get("Stripe-Signature")
        if not header:
            raise CallbackInvalid
        check_signature(body, header, settings.STRIPE_WEBHOOK_SECRETS)
        return notice_of(body)


def _form_of_session(request: PaymentRequest) -> api.Form:
    """Return what a session is begun with, the same at each repetition: else Stripe refuses its key."""
    metadata = {"order_id": str(request.order_id), "uid": str(request.uid)}
    form: dict[str, str | int | list[str]] = {
        "mode": "payment",
        "client_reference_id": str(request.order_id),
        "line_items[0][quantity]": 1,
        "line_items[0][price_data][currency]": request.currency.lower(),
        "line_items[0][price_data][unit_amount]": _minor(request.amount),
        "line_items[0][price_data][product_data][name]": request.description,
        "success_url": request.return_url,
        "cancel_url": request.return_url,
        "locale": request.language,
        "adaptive_pricing[enabled]": "false",  # it would charge in another currency
        "expand[]": [MONEY],
    }
    for name, value in metadata.items():
        form[f"metadata[{name}]"] = form[f"payment_intent_data[metadata][{name}]"] = value
    if request.expires_at and request.expires_at < request.begun_at + LONGEST:
        form["expires_at"] = int(max(request.expires_at, request.begun_at + SHORTEST).timestamp())
    return form


def _session(provider_id: str) -> api.Json:
    return api.get(api.path_of("checkout", "sessions", provider_id), {"expand[]": [MONEY]})


@contextmanager
def _readable() -> Iterator[None]:
    """Take an answer that lacks what it should say for none."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise ProviderUnavailable(f"Stripe's answer cannot be read: {error!r}") from error


@_readable()
def _payment(session: api.Json) -> PaymentSnapshot:
    intent = session["payment_intent"] or {}
    charge = intent.get("latest_charge") or {}
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    error = intent.get("last_payment_error") or {}
    state = _state(session, intent)
    return PaymentSnapshot(
        provider_id=session["id"],
        uid=uid_in(session.get("metadata"), "uid"),
        status=state,
        amount=_money(session["amount_total"]),
        captured=_money(intent.get("amount_received", 0)),
        refunded=_given_back(intent["id"]) if charge.get("amount_refunded") else _money(0),
        currency=session["currency"].upper(),
        next_action=_next_action(session, state),
        failure_code=str(error.get("decline_code") or error.get("code") or "")[:50],
        card_brand=card.get("brand") or "",
        card_last4=card.get("last4") or "",
        expires_at=_end(session, state),
        is_uncaptured=intent.get("status") == "requires_capture",
    )


def _state(session: api.Json, intent: api.Json) -> PaymentState:
    """Return where the payment stands: its money first, then its page."""
    if intent.get("status") == "succeeded":
        return PaymentState.PAID
    if intent.get("status") == "requires_capture":
        return PaymentState.PENDING
    if session["status"] != "complete":
        return {"open": PaymentState.REQUIRES_ACTION, "expired": PaymentState.EXPIRED}[session["status"]]
    ends = {"requires_payment_method": PaymentState.FAILED, "canceled": PaymentState.CANCELLED}
    return ends.get(intent.get("status", ""), PaymentState.PENDING)  # the money is on its way


def _next_action(session: api.Json, state: PaymentState) -> NextAction | None:
    if state != PaymentState.REQUIRES_ACTION:
        return None
    return {"type": "redirect", "url": session["url"]}


def _end(session: api.Json, state: PaymentState) -> datetime:
    """Return until when it can be paid: a page until it closes, money that is on its way for days."""
    if state == PaymentState.PENDING:
        return datetime.fromtimestamp(session["created"], UTC) + DELAYED
    return datetime.fromtimestamp(session["expires_at"], UTC)


def _intent_of(session: api.Json) -> str | None:
    intent = session.get("payment_intent")
    return str(intent["id"]) if intent else None


def _refunds_of(intent: str) -> Iterator[RefundSnapshot]:
    with _readable():
        yield from (_refund(each) for each in api.listed(REFUNDS, {"payment_intent": intent}))


def _given_back(intent: str) -> Decimal:
    """Return what was given back: the sum that a charge tells counts refunds that are under way, too."""
    made = (each.amount for each in _refunds_of(intent) if each.status == RefundState.SUCCEEDED)
    return sum(made, start=_money(0))


@_readable()
def _refund(refund: api.Json) -> RefundSnapshot:
    state = _REFUND_STATES[refund["status"]]
    reason: Any = refund.get("failure_reason") or refund["status"]
    return RefundSnapshot(
        provider_id=refund["id"],
        uid=uid_in(refund.get("metadata"), "uid"),
        status=state,
        amount=_money(refund["amount"]),
        currency=refund["currency"].upper(),
        failure_code=str(reason)[:50] if state == RefundState.FAILED else "",
    )


def _minor(amount: Decimal) -> int:
    """Return the amount in hundredths, as Stripe counts every currency that the store may have."""
    return int(amount.scaleb(2))


def _money(hundredths: int) -> Decimal:
    return Decimal(hundredths).scaleb(-2).quantize(Decimal("0.01"))
