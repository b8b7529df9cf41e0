"""Postal addresses: their clean form, and what is wrong with them by the rules of their country."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import Fault
from apps.core.normalization import clean_name
from apps.delivery.address_rules import AddressRule, rule_of
from apps.delivery.models import ADDRESS_FIELDS, Address
from apps.delivery.phones import national, read_phone

_MESSAGES = {
    "country_unsupported": _("Enter the two capital letters of a country (ISO 3166), such as RU."),
    "field_required_here": _("This field is required here."),
    "phone_invalid": _("Enter a valid phone number."),
    "postal_code_invalid": _("Enter a postal code of this country."),
}

_PRINTED = ("name", "line1", "district", "city", "region", "postal_code")  # all that is printed
_WITH = {"name": ("company",), "line1": ("line2",)}  # and what stands below them


@dataclass(frozen=True)
class PostalAddress:
    """An address in the members that it has in JSON; an absent one is empty."""

    name: str = ""
    company: str = ""
    tax_id: str = ""
    phone: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    district: str = ""
    postal_code: str = ""
    line1: str = ""
    line2: str = ""
    note: str = ""

    @classmethod
    def of(cls, stored: Address) -> Self:
        """Return the address of a stored row."""
        return cls(**{name: getattr(stored, name) for name in ADDRESS_FIELDS})


def cleaned(address: PostalAddress) -> PostalAddress:
    """Return the address as it is stored: each member in one line, trimmed and composed, the phone in E.164.

    Nothing that can be seen is changed. A phone that is no number stays as it is, for `address_faults`.
    """
    clean = PostalAddress(**{member: clean_name(text) for member, text in vars(address).items()})
    return replace(clean, phone=read_phone(clean.phone, clean.country) or clean.phone)


def address_faults(
    address: PostalAddress,
    *,
    pointer: str,
    required: Collection[str] | None = None,
    also: Collection[str] = (),
) -> list[Fault]:
    """Return what is wrong with the address by the rules of its country, as JSON pointers below `pointer`.

    `required` are the members that are needed in place of those that the country requires, `also` are needed
    besides.
    """
    return [
        {"code": code, "detail": str(_MESSAGES[code]), "pointer": f"{pointer}/{member}"}
        for member, code in _faults(address, required, also)
    ]


def refuse_faulty(address: PostalAddress) -> None:
    """Raise ValidationError, by member, for an address that breaks the rules of its country."""
    faults = {member: ValidationError(_MESSAGES[code], code) for member, code in _faults(address, None)}
    if faults:
        raise ValidationError(faults)


def printed(address: PostalAddress) -> list[str]:
    """Return the lines of the address as its country prints them, then the country, if abroad, and the phone.

    What the country has no place for comes last, and empty members are left out.
    """
    rule = rule_of(address.country)
    usual = rule.format if rule else ()
    lines: list[str] = []
    for is_town, members in groupby([*usual, *(each for each in _PRINTED if each not in usual)], _is_of_town):
        texts = {
            each: getattr(address, each) for member in members for each in (member, *_WITH.get(member, ()))
        }
        lines += [_town(texts)] if is_town else texts.values()
    abroad = address.country if address.country != settings.STORE_COUNTRY else ""
    return [line for line in (*lines, abroad, address.phone and national(address.phone)) if line]


def lacks_place(address: PostalAddress) -> bool:
    """Tell whether no zone can be found: the country, or a postal code that it requires, is missing."""
    if not address.country:
        return True
    rule = rule_of(address.country)
    return rule is not None and "postal_code" in rule.required and not address.postal_code


def _is_of_town(member: str) -> bool:
    return member in {"city", "region", "postal_code"}


def _town(texts: dict[str, str]) -> str:
    """Return town, region and postal code in one line, the code at the end where it comes in their order."""
    place = ", ".join(text for member, text in texts.items() if text and member != "postal_code")
    parts = [texts.get("postal_code", ""), place]
    return " ".join(filter(None, parts if next(iter(texts)) == "postal_code" else reversed(parts)))


def _faults(
    address: PostalAddress, required: Collection[str] | None, also: Collection[str] = ()
) -> Iterator[tuple[str, str]]:
    rule = rule_of(address.country)
    if rule is None:
        yield "country", "country_unsupported"
    if required is None:
        required = ("name", *(rule.required if rule else ()))
    for member in (*required, *also):
        if not getattr(address, member):
            yield member, "field_required_here"
    if rule:
        yield from _unreadable(address, rule)


def _unreadable(address: PostalAddress, rule: AddressRule) -> Iterator[tuple[str, str]]:
    if address.postal_code and not rule.has_postal_code(address.postal_code):
        yield "postal_code", "postal_code_invalid"
    if address.phone and read_phone(address.phone, rule.country) is None:
        yield "phone", "phone_invalid"
