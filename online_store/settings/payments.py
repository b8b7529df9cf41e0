"""Payments: which providers are offered, and their credentials."""

from online_store.env.hosts import network
from online_store.env.values import choice, matching, token
from online_store.settings.base import STORE_EMBEDDED, env
from online_store.settings.store import STORE_CURRENCY

PROVIDERS = ("manual", "emulator", "yookassa", "stripe")
PAYMENT_PROVIDERS = env.words(
    "PAYMENT_PROVIDERS", ("manual", "emulator") if STORE_EMBEDDED else ("manual",), choice(*PROVIDERS)
)

YOOKASSA_API_URL = "https://api.yookassa.ru/v3"
YOOKASSA_SHOP_ID = env.read("YOOKASSA_SHOP_ID", "", matching("[0-9]{1,20}", "the number of the shop"))
YOOKASSA_SECRET_KEY = env.read("YOOKASSA_SECRET_KEY", "", token)
YOOKASSA_NETWORKS = env.words("YOOKASSA_NETWORKS", (), network)  # that its notifications come from; none: any
RECEIPT_PREPAYMENT_VAT = env.choice("RECEIPT_PREPAYMENT_VAT", "plain", among=("plain", "calculated"))

STRIPE_API_URL = "https://api.stripe.com"
STRIPE_SECRET_KEY = env.read(
    "STRIPE_SECRET_KEY",
    "",
    matching("(sk|rk)_(test|live)_[0-9A-Za-z]+", "a secret or restricted key, sk_live_… or rk_live_…"),
)
STRIPE_WEBHOOK_SECRETS = env.words(
    "STRIPE_WEBHOOK_SECRETS",
    (),
    matching("whsec_[0-9A-Za-z+/=]+", "signing secrets of webhook endpoints, whsec_…, comma-separated"),
)

CREDENTIALS: dict[str, dict[str, str | list[str]]] = {
    "yookassa": {"YOOKASSA_SHOP_ID": YOOKASSA_SHOP_ID, "YOOKASSA_SECRET_KEY": YOOKASSA_SECRET_KEY},
    "stripe": {"STRIPE_SECRET_KEY": STRIPE_SECRET_KEY, "STRIPE_WEBHOOK_SECRETS": STRIPE_WEBHOOK_SECRETS},
}
for _provider, _credentials in CREDENTIALS.items():
    for _name, _value in _credentials.items():
        if _provider in PAYMENT_PROVIDERS and not _value:
            env.refuse(f"{_name} must be set, because PAYMENT_PROVIDERS names {_provider}.")
if "stripe" in PAYMENT_PROVIDERS and STORE_CURRENCY == "MGA":
    env.refuse("PAYMENT_PROVIDERS must not name stripe: Stripe knows no hundredths of STORE_CURRENCY, MGA.")
