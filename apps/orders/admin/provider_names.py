"""What providers of payments are called in the admin."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: dict[str, str | Promise] = {
    "manual": _("by hand"),
    "emulator": _("emulator, for trying out"),
    "yookassa": "ЮKassa",
    "stripe": "Stripe",
}


def provider_name(code: str) -> str:
    """Return what the provider is called; its code when nobody has told."""
    return str(NAMES.get(code, code))
