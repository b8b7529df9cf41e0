"""Payments: which providers are offered, their credentials, and where customers are led back to."""

from online_store.env.hosts import network
from online_store.env.values import choice, matching, token, webhook_secret
from online_store.env.web import return_address, web_address
from online_store.settings.base import STORE_EMBEDDED, VAR_DIR, env
from online_store.settings.store import STORE_APP_URL, STORE_CURRENCY, STORE_URL

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

# What the addresses begin with, to which a provider's page leads customers back.
_OWN_ADDRESSES = [STORE_URL, *([STORE_APP_URL.partition("#")[0].rstrip("/")] if STORE_APP_URL else [])]
_LOCAL_ADDRESSES = [
    f"{scheme}://{host}:*" for scheme in ("http", "https") for host in ("localhost", "127.0.0.1")
]
PAYMENT_RETURN_URLS = env.words(
    "PAYMENT_RETURN_URLS",
    (*_OWN_ADDRESSES, *(_LOCAL_ADDRESSES if STORE_EMBEDDED else ())),
    return_address,
)

PAYMENT_EMULATOR_URL = env.read("PAYMENT_EMULATOR_URL", "", web_address)
PAYMENT_EMULATOR_SECRET = env.read("PAYMENT_EMULATOR_SECRET", "", webhook_secret)
# Of the emulator that the embedded store starts, where none are given.
PAYMENT_EMULATOR_KEPT_URL = VAR_DIR / "payment_emulator_url"
PAYMENT_EMULATOR_KEPT_SECRET = VAR_DIR / "payment_emulator_secret"
if STORE_EMBEDDED and not PAYMENT_EMULATOR_SECRET:
    PAYMENT_EMULATOR_SECRET = env.secret("PAYMENT_EMULATOR_SECRET", keep_in=PAYMENT_EMULATOR_KEPT_SECRET)
if "emulator" in PAYMENT_PROVIDERS and not STORE_EMBEDDED:
    env.warnings.append("PAYMENT_PROVIDERS offers emulator, whose payments move no money.")

CREDENTIALS: dict[str, dict[str, str | list[str]]] = {
    "yookassa": {"YOOKASSA_SHOP_ID": YOOKASSA_SHOP_ID, "YOOKASSA_SECRET_KEY": YOOKASSA_SECRET_KEY},
    "stripe": {"STRIPE_SECRET_KEY": STRIPE_SECRET_KEY, "STRIPE_WEBHOOK_SECRETS": STRIPE_WEBHOOK_SECRETS},
}
if not STORE_EMBEDDED:  # which brings its own
    CREDENTIALS["emulator"] = {
        "PAYMENT_EMULATOR_URL": PAYMENT_EMULATOR_URL,
        "PAYMENT_EMULATOR_SECRET": PAYMENT_EMULATOR_SECRET,
    }
for _provider, _credentials in CREDENTIALS.items():
    for _name, _value in _credentials.items():
        if _provider in PAYMENT_PROVIDERS and not _value:
            env.refuse(f"{_name} must be set, because PAYMENT_PROVIDERS names {_provider}.")
if "stripe" in PAYMENT_PROVIDERS and STORE_CURRENCY == "MGA":
    env.refuse("PAYMENT_PROVIDERS must not name stripe: Stripe knows no hundredths of STORE_CURRENCY, MGA.")
