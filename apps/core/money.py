"""Money: its arithmetic in whole cents, and amounts as text on the wire and for people to read.

Everything is computed on the line, once, and kept: totals are sums, and never computed again.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NewType

from django.conf import settings
from django.utils import formats

SYMBOLS = {"RUB": "₽", "EUR": "€", "USD": "$", "GBP": "£", "UAH": "₴", "KZT": "₸", "BYN": "Br"}
CENT = Decimal("0.01")
ZERO = Decimal("0.00")
NO_BREAK_SPACE = "\u00a0"


def half_up(amount: Decimal) -> Decimal:
    """Return the amount in whole cents; half a cent is rounded away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def allocate(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Share the amount by the weights, which are money, so that the shares add up to it: largest remainder.

    Equal remainders go to the earlier weights. No share is above its weight while the amount is not above
    their sum. Nothing is shared among weights of nothing.
    """
    # In integers: divided as decimals, equal remainders would differ in their last digit.
    cents, parts = _in_cents(amount), [_in_cents(weight) for weight in weights]
    total = sum(parts)
    if not total:
        return [ZERO for _weight in weights]
    quotients, remainders = zip(*(divmod(cents * part, total) for part in parts), strict=True)
    shares, left = list(quotients), cents - sum(quotients)
    for position in sorted(range(len(parts)), key=lambda position: (-remainders[position], position))[:left]:
        shares[position] += 1
    return [share * CENT for share in shares]


def tax_of(amount: Decimal, rate: Decimal | None, *, included: bool) -> Decimal:
    """Return the tax at the rate (percent) that is included in the amount, or comes on top of it."""
    if rate is None:
        return ZERO
    return half_up(amount * rate / (100 + rate if included else 100))


def part_of(amount: Decimal, quantity: int, *, before: int, pieces: int) -> Decimal:
    """Return what `pieces` of `quantity` make of the amount after `before` others: the parts add up to it."""
    return half_up(amount * (before + pieces) / quantity) - half_up(amount * before / quantity)


def unit_prices(amount: Decimal, quantity: int) -> list[tuple[int, Decimal]]:
    """Return (pieces, price of one) of at most two positions whose pieces cost the amount together."""
    unit, extra = divmod(_in_cents(amount), quantity)
    positions = [(quantity - extra, unit * CENT), (extra, (unit + 1) * CENT)]
    return [position for position in positions if position[0]]


def _in_cents(amount: Decimal) -> int:
    return int(amount / CENT)


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
