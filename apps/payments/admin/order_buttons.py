"""Buttons of money on an order's page in the admin: each asks a service, by a right of its own."""

from typing import ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from apps.core.admin.bulk_actions import seen_of
from apps.core.admin.optimistic_locking import unless_changed
from apps.core.days import start_of_day, today
from apps.core.money import format_money
from apps.orders.admin.order_sections import OrderButton
from apps.orders.models import Order
from apps.payments import services
from apps.payments.admin.order_forms import (
    MAX_NOTE_LENGTH,
    ReceivedForm,
    RefundForm,
    money_of,
)
from apps.payments.models import Payment, Refund, refundable_total
from apps.payments.providers import provider_named
from apps.payments.statuses import RefundState
from apps.users.current_user import current_user


class MoneyButton(OrderButton):
    """A button for those who see orders and have the right."""

    permission: ClassVar[str]

    def has_permission(self, request: HttpRequest) -> bool:
        """Let those in who may see orders and have the right."""
        return self.model_admin.has_view_permission(request) and request.user.has_perm(self.permission)

    def payment(self, order: Order) -> Payment:
        """Return the order's payment of the pressed button. Raises Http404."""
        return get_object_or_404(Payment, order=order, uid=self.uid())

    def uid(self) -> UUID:
        """Return the number of what the button stands at. Raises Http404."""
        try:
            return UUID(self.request.POST.get("uid", ""))
        except ValueError:
            raise Http404 from None

    def unless_money_moved(self, present: Order) -> None:
        """Raise ValidationError when the order's money is not as it was shown."""
        refundable = refundable_total(Payment.objects.filter(order=present).with_reserved())
        if money_of(present, refundable) != self.request.POST.get("seen_money", ""):
            raise ValidationError(
                _("The order’s money has changed after you opened the page. Nothing was done."),
                code="changed_meanwhile",
            )


class RecordButton(MoneyButton):
    """Money that was received."""

    route, name, permission = "<int:order_id>/record-payment/", "record_payment", "payments.add_payment"

    def act(self, order: Order) -> str:
        """Record it, unless the money has moved since it was shown."""
        values = ReceivedForm(self.request.POST).values()
        day = values["received_on"]
        services.record_payment(
            order_id=order.pk,
            method=values["method"].code,
            amount=values["amount"],
            received_at=None if day == today() else start_of_day(day),
            note=values["note"],
            by=current_user(self.request),
            precondition=self.unless_money_moved,
        )
        return _("%(amount)s recorded as received.") % {
            "amount": format_money(values["amount"], order.currency)
        }


class RefundButton(MoneyButton):
    """Money that is to be given back."""

    route, name, permission = "<int:order_id>/refund/", "refund", "payments.add_refund"

    def act(self, order: Order) -> str:
        """Begin the refund, unless the money has moved since it was shown."""
        values = RefundForm(self.request.POST).values()
        amount, reason = values["amount"], values["reason"]
        refunds = services.refund_order(
            order_id=order.pk,
            amount=amount,
            reason=reason,
            note=values["note"],
            by=current_user(self.request),
            precondition=self.unless_money_moved,
        )
        text = _("A refund of %(amount)s has begun.")
        if any(refund.status == RefundState.PENDING for refund in refunds):
            text = _("A refund of %(amount)s has begun. Send the money, then confirm the refund.")
        return text % {"amount": format_money(amount, order.currency)}


class DecideButton(MoneyButton):
    """What became of a refund by hand."""

    route, name, permission = "<int:order_id>/decide-refund/", "decide_refund", "payments.change_refund"

    def act(self, order: Order) -> str:
        """Confirm the refund, or note that it has failed."""
        refund = get_object_or_404(Refund, order=order, uid=self.uid())
        note = self.request.POST.get("note", "").strip()[:MAX_NOTE_LENGTH]
        outcome = self.request.POST.get("outcome", "")
        if outcome == "confirm":
            services.confirm_refund(uid=refund.uid, note=note, by=current_user(self.request))
            return _("The refund is confirmed.")
        if outcome == "fail":
            services.fail_refund(uid=refund.uid, note=note, by=current_user(self.request))
            return _("The refund is marked as failed.")
        raise Http404


class AskButton(MoneyButton):
    """The provider is asked now."""

    route, name, permission = "<int:order_id>/ask-provider/", "ask_provider", "payments.view_payment"

    def act(self, order: Order) -> str:
        """Ask, and tell the answer."""
        payment = self.payment(order)
        if provider_named(payment.provider).is_manual:
            raise ValidationError(_("Nobody can be asked about this payment."))
        asked = services.refresh_payment(payment)
        if asked.checked_at == payment.checked_at:
            raise ValidationError(_("The payment service has not answered, or was asked just before."))
        return _("The payment service has answered: %(status)s.") % {"status": asked.get_status_display()}


class GiveUpButton(MoneyButton):
    """An open payment that is given up."""

    route, name, permission = "<int:order_id>/give-up-payment/", "give_up_payment", "payments.add_payment"

    def act(self, order: Order) -> str:
        """Give it up."""
        services.cancel_payment(self.payment(order))
        return _("The payment is given up.")


class UnblockButton(MoneyButton):
    """A payment that refunds failed of."""

    route, name, permission = "<int:order_id>/unblock-refunds/", "unblock_refunds", "payments.add_refund"

    def act(self, order: Order) -> str:
        """Let refunds of it be tried again."""
        services.unblock_refunds(self.payment(order), by=current_user(self.request))
        return _("The payment can be refunded again.")


class LookedButton(MoneyButton):
    """An order that somebody has looked into."""

    route, name, permission = "<int:order_id>/looked-into/", "looked_into", "payments.add_payment"

    def act(self, order: Order) -> str:
        """Note it, unless there is another reason to look by now."""
        seen = seen_of(self.request, order)
        services.note_looked_into(
            order_id=order.pk,
            by=current_user(self.request),
            precondition=unless_changed("needs_look", seen),
        )
        return _("Noted that somebody has looked into it.")


MONEY_BUTTONS = (
    RecordButton,
    RefundButton,
    DecideButton,
    AskButton,
    GiveUpButton,
    UnblockButton,
    LookedButton,
)
