"""The shop's own settings: its name, currency, addresses, and the rules that an owner may choose."""

from online_store.env.currencies import currency
from online_store.env.time_zones import time_zone
from online_store.env.values import country, short_text, tax_class_code
from online_store.env.web import app_address, product_address, web_address
from online_store.settings.base import PORT, env

STORE_NAME = env.read("STORE_NAME", "Online Store", short_text(100))
STORE_CURRENCY = env.read("STORE_CURRENCY", "RUB", currency)
STORE_TIME_ZONE = env.read("STORE_TIME_ZONE", "UTC", time_zone)
STORE_URL = env.read("STORE_URL", f"http://127.0.0.1:{PORT}", web_address)
STORE_APP_URL = env.read("STORE_APP_URL", "", app_address)  # whose pages take the tokens that are mailed
# The page of a product there: feeds link to it, and are made only where it is known.
PRODUCT_URL_TEMPLATE = env.read("PRODUCT_URL_TEMPLATE", "", product_address)

ORDERS_NEED_VERIFIED_EMAIL = env.flag("ORDERS_NEED_VERIFIED_EMAIL", default=False)
ORDERS_NEED_IDEMPOTENCY_KEY = env.flag("ORDERS_NEED_IDEMPOTENCY_KEY", default=False)
# Files of exports are deleted after this.
EXPORT_KEEP_DAYS = env.number("EXPORT_KEEP_DAYS", 7, at_least=1, at_most=3650)

STORE_COUNTRY = env.read("STORE_COUNTRY", "RU", country)
STORE_TAX_CLASS = env.read("STORE_TAX_CLASS", "none", tax_class_code)  # of what has none of its own
PRICES_INCLUDE_TAX = env.flag("PRICES_INCLUDE_TAX", default=True)
TAX_DESTINATION = env.choice("TAX_DESTINATION", "origin", among=("origin", "destination"))
DEFAULT_WEIGHT_G = env.number("DEFAULT_WEIGHT_G", 500, at_most=100_000_000)  # of products without a weight
ORDERS_NEED_DELIVERY = env.flag("ORDERS_NEED_DELIVERY", default=False)
ORDERS_NEED_PAYMENT_METHOD = env.flag("ORDERS_NEED_PAYMENT_METHOD", default=False)
