"""Bank transfers: the payment string of ГОСТ Р 56042-2014, which banking apps read from a QR code."""

from decimal import Decimal

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.days import day_of
from apps.core.money import CENT
from apps.orders.models import Order
from apps.store.models import Seller

FORMAT, UTF_8 = "ST0001", "2"
# What stands before each part, and in none: the standard lets who writes the string choose.
SEPARATORS = "|~^_;"
LONGEST = {"Name": 160, "BankName": 45, "Purpose": 210}  # characters
NO_ACCOUNT = "0"  # of a bank that has none in the Bank of Russia


def transfer_text(order: Order, amount: Decimal) -> str:
    """Return the ST00012 text of a transfer of the amount for the order.

    It is empty where no bank could read it: without a Russian seller with an account, in another currency,
    and for nothing.
    """
    seller = Seller.objects.active()
    if seller is None or not can_be_paid_to(seller) or order.currency != "RUB" or amount <= 0:
        return ""
    parts = {
        "Name": seller.legal_name,
        "PersonalAcc": seller.account,
        "BankName": seller.bank_name,
        "BIC": seller.bik,
        "CorrespAcc": seller.corr_account or NO_ACCOUNT,
        "PayeeINN": seller.inn,
        "Sum": str(int(amount / CENT)),
        "Purpose": _purpose(order),
    }
    fitting = {name: " ".join(text.split())[: LONGEST.get(name)] for name, text in parts.items()}
    written = "".join(fitting.values())
    separator = next((mark for mark in SEPARATORS if mark not in written), SEPARATORS[0])
    fitting = {name: text.replace(separator, " ") for name, text in fitting.items()}
    return separator.join([FORMAT + UTF_8, *(f"{name}={text}" for name, text in fitting.items() if text)])


def can_be_paid_to(seller: Seller) -> bool:
    """Tell whether a Russian bank has all that it needs to send money to the seller."""
    return seller.country == "RU" and all((seller.account, seller.bik, seller.bank_name))


def _purpose(order: Order) -> str:
    """Return what the money is for, as it is read in a Russian bank: by that the payment is recognised."""
    with translation.override("ru"):
        date = date_format(day_of(order.created_at), "SHORT_DATE_FORMAT")
        return _("Payment for order #%(number)s of %(date)s") % {"number": order.pk, "date": date}
