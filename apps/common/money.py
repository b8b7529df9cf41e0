"""Amounts of money for people to read."""

from decimal import Decimal

from django.conf import settings
from django.utils import formats

SYMBOLS = {"RUB": "₽", "EUR": "€", "USD": "$", "GBP": "£", "UAH": "₴", "KZT": "₸", "BYN": "Br"}
CENT = Decimal("0.01")
NO_BREAK_SPACE = "\u00a0"


def priced(amount: Decimal, currency: str = "") -> str:
    """Return the amount in the present language's form, with the currency's symbol or code behind it.

    Without a currency it is the store's.
    """
    number = formats.number_format(amount, decimal_pos=2, force_grouping=True)
    currency = currency or settings.STORE_CURRENCY
    return f"{number}{NO_BREAK_SPACE}{SYMBOLS.get(currency, currency)}"
