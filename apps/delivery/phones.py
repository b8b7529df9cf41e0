"""Phone numbers: read in any form, kept in E.164, shown as people of the country write them."""

import re

import phonenumbers
from django.conf import settings
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

# Whatever else a number is typed with is no number of ours: an extension, letters, a second number.
_plain = re.compile(r"[+＋]?[\d\s()\[\]./（）．－\N{HYPHEN}-\N{HORIZONTAL BAR}\N{MINUS SIGN}-]+").fullmatch


def read_phone(text: str, country: str) -> str | None:
    """Return the number in E.164; None for what is no number.

    It is read as one of the country, unless it begins with a plus.
    """
    if not _plain(text):
        return None
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def national(phone: str) -> str:
    """Return a number in E.164 as it is written in the store's country, and with its code if it is abroad."""
    try:
        number = phonenumbers.parse(phone)
    except NumberParseException:
        return phone
    return phonenumbers.format_number(number, _format_of(number))


def _format_of(number: PhoneNumber) -> int:
    is_at_home = phonenumbers.region_code_for_number(number) == settings.STORE_COUNTRY
    return PhoneNumberFormat.NATIONAL if is_at_home else PhoneNumberFormat.INTERNATIONAL
