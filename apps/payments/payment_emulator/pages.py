"""The page on which customers pay at the emulated provider, or do not. No scripts: it is two buttons."""

from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import override

from apps.core.middleware.language import language_of
from apps.core.money import format_money

TEMPLATE = "payments/emulator_page.html"
PAYABLE = ("requires_action", "failed")
CHOICES = ("pay", "decline")


def page_of(payment: dict[str, Any] | None, accept_language: str) -> str:
    """Return the page of the payment, or of none, in the language that is asked for."""
    language = language_of(accept_language)
    context: dict[str, Any] = {"language": language, "payment": payment}
    with override(language):
        if payment is not None:
            context["amount"] = format_money(Decimal(payment["amount"]), payment["currency"])
            context["is_payable"] = payment["status"] in PAYABLE
        return render_to_string(TEMPLATE, context)
