"""Phone numbers: read in any form, kept in E.164, shown as people of the country write them."""

import re

import phonenumbers
from django.conf import settings
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

FEWEST_DIGITS = 4  # that a number is looked for by: fewer are in many
LOCAL_DIGITS = 7  # from so many on they may begin with what is dialled before a number
MAX_LENGTH = 16  # of E.164, with the plus; some free-call numbers of Germany and Japan are longer

# Whatever else a number is typed with is no number of ours: an extension, letters, a second number.
_plain = re.compile(r"[+＋]?[\d\s()\[\]./（）．－\N{HYPHEN}-\N{HORIZONTAL BAR}\N{MINUS SIGN}-]+").fullmatch


def read_phone(text: str, country: str) -> str | None:
    """Return the number in E.164; None for what is no number, or a longer one.

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
    phone = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return phone if len(phone) <= MAX_LENGTH else None


def national(phone: str) -> str:
    """Return a number in E.164 as it is written in the store's country, and with its code if it is abroad."""
    try:
        number = phonenumbers.parse(phone)
    except NumberParseException:
        return phone
    return phonenumbers.format_number(number, _format_of(number))


def significant_digits(phone: str) -> str:
    """Return the digits of a number in E.164 that are dialled from everywhere, without the country's code."""
    try:
        return phonenumbers.national_significant_number(phonenumbers.parse(phone))
    except NumberParseException:
        return phonenumbers.normalize_digits_only(phone)


def digits_of_phone(text: str) -> str | None:
    """Return what a number in E.164 has in common with the typed one, or with the part of one.

    None for what is no part of a number; empty for what has too few digits to tell one from another. What is
    dialled before a number within a country, or to get out of it, is left out.
    """
    if not _plain(text):
        return None
    digits = phonenumbers.normalize_digits_only(text)
    if len(digits) < FEWEST_DIGITS:
        return ""
    if text.lstrip()[:1] in "+＋":
        return f"+{digits}"
    if len(digits) < LOCAL_DIGITS:
        return digits
    prefix = phonenumbers.ndd_prefix_for_region(settings.STORE_COUNTRY, True) or ""
    bare = digits.removeprefix(prefix).lstrip("0")
    return bare if len(bare) >= FEWEST_DIGITS else digits


def _format_of(number: PhoneNumber) -> int:
    is_at_home = phonenumbers.region_code_for_number(number) == settings.STORE_COUNTRY
    return PhoneNumberFormat.NATIONAL if is_at_home else PhoneNumberFormat.INTERNATIONAL
