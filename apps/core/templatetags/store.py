"""Template tags and filters of the store: its name, amounts of money, texts with code in them."""

import re
from decimal import Decimal

from django import template
from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from apps.core.money import format_money

register = template.Library()

_CODE = re.compile("`([^`]+)`")


@register.simple_tag
def store_name() -> str:
    """Return what the store is called. Pages of errors ask for it where there is no request."""
    return str(settings.STORE_NAME)


@register.filter
def money(amount: Decimal, currency: str = "") -> str:
    """Return the amount as every page writes it: `940,00 ₽`; without a currency it is the store's."""
    return format_money(amount, currency)


@register.filter
def with_code(text: str) -> SafeString:
    """Return the text as HTML, with what stands in backticks as code."""
    return mark_safe(_CODE.sub(r"<code>\1</code>", escape(text)))  # noqa: S308  # escaped before
