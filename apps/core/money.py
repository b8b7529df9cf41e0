"""Amounts of money as text: on the wire, and for people to read."""

from decimal import Decimal
from typing import NewType

from django.conf import settings
from django.utils import formats

SYMBOLS = {"RUB": "₽", "EUR": "€", "USD": "$", "GBP": "£", "UAH": "₴", "KZT": "₸", "BYN": "Br"}
CENT = Decimal("0.01")
NO_BREAK_SPACE = "\u00a0"


def format_money(amount: Decimal, currency: str = "") -> str:
    """Return the amount in the present language's form, with the currency's symbol or code behind it.

    Without a currency it is the store's.
    """
    number = formats.number_format(amount, decimal_pos=2, force_grouping=True)
    currency = currency or settings.STORE_CURRENCY
    return f"{number}{NO_BREAK_SPACE}{SYMBOLS.get(currency, currency)}"


MoneyText = NewType("MoneyText", str)  # as money is written on the wire: 12.50


def money_text(amount: Decimal) -> MoneyText:
    """Return the amount as it is written where no serializer does it."""
    return MoneyText(f"{amount:.2f}")
