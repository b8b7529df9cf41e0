"""Payments: which providers are offered, and their credentials."""

from online_store.env.hosts import network
from online_store.env.values import choice, matching, token
from online_store.settings.base import STORE_EMBEDDED, env

PROVIDERS = ("manual", "emulator", "yookassa", "stripe")
PAYMENT_PROVIDERS = env.words(
    "PAYMENT_PROVIDERS", ("manual", "emulator") if STORE_EMBEDDED else ("manual",), choice(*PROVIDERS)
)

YOOKASSA_API_URL = "https://api.yookassa.ru/v3"
YOOKASSA_SHOP_ID = env.read("YOOKASSA_SHOP_ID", "", matching("[0-9]{1,20}", "the number of the shop"))
YOOKASSA_SECRET_KEY = env.read("YOOKASSA_SECRET_KEY", "", token)
YOOKASSA_NETWORKS = env.words("YOOKASSA_NETWORKS", (), network)  # that its notifications come from; none: any
RECEIPT_PREPAYMENT_VAT = env.choice("RECEIPT_PREPAYMENT_VAT", "plain", among=("plain", "calculated"))

CREDENTIALS = {
    "yookassa": {"YOOKASSA_SHOP_ID": YOOKASSA_SHOP_ID, "YOOKASSA_SECRET_KEY": YOOKASSA_SECRET_KEY},
}
for _provider, _credentials in CREDENTIALS.items():
    for _name, _value in _credentials.items():
        if _provider in PAYMENT_PROVIDERS and not _value:
            env.refuse(f"{_name} must be set, because PAYMENT_PROVIDERS names {_provider}.")
