"""Requisites of Russian sellers: numbers with check digits. Pure functions, which tell whether one is right.

Keys of accounts are by the Bank of Russia's procedure 515 of 1997.
"""

import re
from collections.abc import Iterable, Sequence

INN_COMPANY = (2, 4, 10, 3, 5, 9, 4, 6, 8)
INN_PERSON_FIRST, INN_PERSON_SECOND = (7, *INN_COMPANY), (3, 7, *INN_COMPANY)
KEY_WEIGHTS = (7, 1, 3)
OF_THE_BANK_OF_RUSSIA = {"000", "001", "002"}  # endings of the BIK of its own offices
TREASURY = "0"  # with which accounts in the Treasury begin: they have no key


def is_inn(text: str) -> bool:
    """Tell whether it is a taxpayer's number: 10 digits of a company, 12 of a person."""
    if re.fullmatch(r"[0-9]{10}", text):
        return _check(text, INN_COMPANY) == text[9]
    if re.fullmatch(r"[0-9]{12}", text):
        return _check(text, INN_PERSON_FIRST) == text[10] and _check(text, INN_PERSON_SECOND) == text[11]
    return False


def is_kpp(text: str) -> bool:
    """Tell whether it has the form of a code of the reason of registration: it has no check digit."""
    return re.fullmatch(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}", text) is not None


def is_ogrn(text: str) -> bool:
    """Tell whether it is a number of the register: 13 digits of a company, 15 of a sole trader."""
    if not re.fullmatch(r"[0-9]{13}|[0-9]{15}", text):
        return False
    modulus = 11 if len(text) == 13 else 13
    return int(text[:-1]) % modulus % 10 == int(text[-1])


def is_bik(text: str) -> bool:
    """Tell whether it has the form of a bank's code: it has no check digit."""
    return re.fullmatch(r"[0-9]{9}", text) is not None


def is_account(text: str, bik: str) -> bool:
    """Tell whether it is an account in the bank: its key fits the bank's code."""
    if not (re.fullmatch(r"[0-9]{20}", text) and is_bik(bik)):
        return False
    if text.startswith(TREASURY):
        return True
    bank = _office(bik) if bik[-3:] in OF_THE_BANK_OF_RUSSIA else bik[-3:]
    return _has_key(bank + text)


def is_correspondent_account(text: str, bik: str) -> bool:
    """Tell whether it is the bank's own account in the Bank of Russia."""
    is_one = re.fullmatch(r"[0-9]{20}", text) is not None and is_bik(bik)
    return is_one and _has_key(_office(bik) + text)


def _office(bik: str) -> str:
    return f"0{bik[4:6]}"


def _check(text: str, weights: Sequence[int]) -> str:
    return str(_weighted(text, weights) % 11 % 10)


def _has_key(digits: str) -> bool:
    weights = [KEY_WEIGHTS[place % 3] for place in range(len(digits))]
    return _weighted(digits, weights) % 10 == 0


def _weighted(digits: str, weights: Iterable[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))
