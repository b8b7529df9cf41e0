"""Payments: which providers are offered, and their credentials."""

from online_store.env.values import choice
from online_store.settings.base import STORE_EMBEDDED, env

PROVIDERS = ("manual", "emulator", "yookassa", "stripe")
PAYMENT_PROVIDERS = env.words(
    "PAYMENT_PROVIDERS", ("manual", "emulator") if STORE_EMBEDDED else ("manual",), choice(*PROVIDERS)
)
