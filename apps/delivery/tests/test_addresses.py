"""Addresses: taken as they are typed, judged by the rules of their country."""

import unicodedata
from dataclasses import asdict, fields, replace

import pytest
from django.core.exceptions import ValidationError

from apps.delivery.address_rules import rule_of
from apps.delivery.addresses import PostalAddress, address_faults, cleaned, lacks_place, refuse_faulty
from apps.delivery.api.serializers import AddressInput, AddressOutput
from apps.delivery.models import ADDRESS_FIELDS, SavedAddress
from apps.delivery.tests.public_addresses import ADDRESSES

MOSCOW = PostalAddress(
    name="Анна Смирнова", country="RU", city="Москва", postal_code="101000", line1="Мясницкая, 1"
)


def faults(address, **more):
    return [(each["code"], each["pointer"]) for each in address_faults(address, pointer="/shipping", **more)]


def codes_of(wanted):
    return {name: [fault.code for fault in found] for name, found in wanted.errors.items()}


def read(**members):
    wanted = AddressInput(data=members)
    wanted.is_valid(raise_exception=True)
    return AddressInput.address(wanted.validated_data)


def test_members_are_those_of_the_model():
    assert tuple(field.name for field in fields(PostalAddress)) == ADDRESS_FIELDS
    assert tuple(AddressInput().fields) == ADDRESS_FIELDS
    assert tuple(AddressOutput(MOSCOW).data) == ADDRESS_FIELDS


def test_there_are_enough_real_addresses():
    assert len(ADDRESSES) >= 40
    assert len({address["country"] for address in ADDRESSES}) >= 20


@pytest.mark.parametrize("members", ADDRESSES, ids=lambda members: f"{members['country']} {members['name']}")
def test_real_address_is_accepted_as_it_is_written(members):
    address = read(**members)

    assert address_faults(address, pointer="") == []
    assert asdict(address) == dict.fromkeys(ADDRESS_FIELDS, "") | members
    assert not lacks_place(address)


WITH_PATTERN = {each["country"]: each for each in ADDRESSES if rule_of(each["country"]).postal_pattern}


@pytest.mark.parametrize("country", WITH_PATTERN)
def test_broken_postal_code_is_refused(country):
    code = WITH_PATTERN[country]["postal_code"]
    address = read(**WITH_PATTERN[country] | {"postal_code": code[:-1]})

    assert faults(address) == [("postal_code_invalid", "/shipping/postal_code")]
    assert faults(replace(address, postal_code=f"{code}{code[-1]}")) == faults(address)


@pytest.mark.parametrize("code", ["wc1b 3dg", "WC1B3DG", "Wc1b 3dG"])
def test_postal_code_is_known_whatever_its_case_and_kept_as_typed(code):
    address = read(name="A", country="GB", line1="Great Russell Street", city="London", postal_code=code)

    assert faults(address) == []
    assert address.postal_code == code


@pytest.mark.parametrize("code", ["１０１０００", "١٠١٠٠٠", "101000\n1", "1010", "101 000", "10100a", "ſ"])
def test_postal_code_in_other_digits_is_none(code):
    assert faults(replace(MOSCOW, postal_code=code)) == [("postal_code_invalid", "/shipping/postal_code")]


@pytest.mark.parametrize("member", ["name", *rule_of("US").required])
def test_every_required_member_is_missed(member):
    address = PostalAddress(
        name="The White House",
        country="US",
        line1="1600 Pennsylvania Avenue NW",
        city="Washington",
        region="DC",
        postal_code="20500",
    )

    assert faults(replace(address, **{member: ""})) == [("field_required_here", f"/shipping/{member}")]
    assert faults(address) == []


def test_all_faults_are_told_at_once():
    assert faults(PostalAddress(country="RU", phone="12")) == [
        ("field_required_here", "/shipping/name"),
        ("field_required_here", "/shipping/line1"),
        ("field_required_here", "/shipping/city"),
        ("field_required_here", "/shipping/postal_code"),
        ("phone_invalid", "/shipping/phone"),
    ]


@pytest.mark.parametrize("country", ["ru", "XX", "РФ", "Россия", "RUS", "R", ""])
def test_country_that_is_none_is_refused(country):
    assert faults(replace(MOSCOW, country=country)) == [("country_unsupported", "/shipping/country")]


def test_pick_up_order_needs_what_is_asked_for_and_no_more():
    address = PostalAddress(country="RU")

    assert faults(address, required=["name"]) == [("field_required_here", "/shipping/name")]
    both = [("field_required_here", "/shipping/name"), ("field_required_here", "/shipping/phone")]
    assert faults(address, required=["name", "phone"]) == both
    assert faults(PostalAddress(country="RU", name="Анна", phone="x"), required=["name"]) == [
        ("phone_invalid", "/shipping/phone")
    ]


@pytest.mark.parametrize(
    ("address", "is_lacking"),
    [
        (PostalAddress(), True),
        (PostalAddress(country="RU"), True),
        (PostalAddress(country="RU", postal_code="1"), False),
        (PostalAddress(country="KZ"), False),
        (PostalAddress(country="AE"), False),
        (PostalAddress(country="XX"), False),
    ],
)
def test_place_is_lacking_without_country_or_obligatory_postal_code(address, is_lacking):
    assert lacks_place(address) is is_lacking


def test_faulty_address_is_refused_by_member():
    with pytest.raises(ValidationError) as refusal:
        refuse_faulty(replace(MOSCOW, city="", postal_code="1"))

    codes = {member: errors[0].code for member, errors in refusal.value.error_dict.items()}
    assert codes == {"city": "field_required_here", "postal_code": "postal_code_invalid"}
    refuse_faulty(MOSCOW)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Улица Ёлочная, д. 5  ", "Улица Ёлочная, д. 5"),
        ("ул. Иванова\u0306", "ул. Иванов\u0430\u0306"),  # composed where there is a composed letter
        ("ЕЛОЧНАЯ и̶", "ЕЛОЧНАЯ и̶"),
        ("Cafe\u0301", "Café"),
        ("Мясницкая\r\n1\t2", "Мясницкая 1 2"),
        ("x\u0007y\u200bz", "xyz"),
        ("McDonald’s №5", "McDonald’s №5"),
        ("\u200b", ""),
        ("👩‍👧 двор", "👩‍👧 двор"),
    ],
)
def test_text_is_trimmed_and_composed_and_nothing_else(typed, stored):
    address = read(country="RU", **dict.fromkeys({*ADDRESS_FIELDS} - {"country", "phone"}, typed))

    for member in {*ADDRESS_FIELDS} - {"country", "phone"}:
        assert getattr(address, member) == unicodedata.normalize("NFC", stored)
    assert cleaned(address) == address


LONGEST = {name: SavedAddress._meta.get_field(name).max_length for name in ADDRESS_FIELDS}
LONGEST |= {"phone": 40, "country": 100}  # as they may be typed


@pytest.mark.parametrize("member", ADDRESS_FIELDS)
@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "null"),
        (1, "invalid"),
        (True, "invalid"),
        ([], "invalid"),
        ({}, "invalid"),
        ("a\0b", "null_characters_not_allowed"),
        ("\ud800", "surrogate_characters_not_allowed"),
    ],
)
def test_member_takes_texts_only(member, value, code):
    wanted = AddressInput(data={"country": "RU", member: value})

    assert not wanted.is_valid()
    assert codes_of(wanted) == {member: [code]}


@pytest.mark.parametrize("member", ADDRESS_FIELDS)
def test_member_has_a_longest_text(member):
    exact = AddressInput(data={"country": "RU", member: "я" * LONGEST[member]})
    longer = AddressInput(data={"country": "RU", member: "я" * (LONGEST[member] + 1)})

    assert exact.is_valid()
    assert not longer.is_valid()
    assert [fault.code for fault in longer.errors[member]] == ["max_length"]


def test_country_is_obligatory_and_other_members_are_known():
    wanted = AddressInput(data={"city": "Москва", "citi": "Москва"})

    assert not wanted.is_valid()
    assert codes_of(wanted) == {"country": ["required"], "/citi": ["unknown_member"]}
