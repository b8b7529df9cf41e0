"""What the store's own pages show: its name, and texts with code in them."""

import re

from django import template
from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_CODE = re.compile("`([^`]+)`")


@register.simple_tag
def store_name() -> str:
    """Return what the store is called. Pages of errors ask for it where there is no request."""
    return str(settings.STORE_NAME)


@register.filter
def with_code(text: str) -> SafeString:
    """Return the text as HTML, with what stands in backticks as code."""
    return mark_safe(_CODE.sub(r"<code>\1</code>", escape(text)))  # noqa: S308  # escaped before
