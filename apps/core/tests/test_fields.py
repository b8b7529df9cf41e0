"""Fields read JSON by its type: `true` is no number, "1" no integer, 1 no boolean and no text."""

from decimal import Decimal

import pytest
from rest_framework import serializers

from apps.core.api.fields import (
    IdField,
    MoneyField,
    NameField,
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
)


def read(field, value):
    """Return what the field makes of the value, or the codes of its refusal."""
    try:
        return field.run_validation(value)
    except serializers.ValidationError as refusal:
        return [fault.code for fault in refusal.detail]


@pytest.mark.parametrize("value", [0, 1, -5, 10**30])
def test_integer_is_read(value):
    assert read(StrictIntegerField(), value) == value


@pytest.mark.parametrize("value", [True, False, "1", "", 1.0, 1.5, [1], {"a": 1}, Decimal("1.0")])
def test_what_only_looks_like_an_integer_is_refused(value):
    assert read(StrictIntegerField(), value) == ["invalid"]


def test_integer_keeps_within_its_bounds():
    field = StrictIntegerField(min_value=1, max_value=10)

    assert [read(field, value) for value in (0, 1, 10, 11)] == [["min_value"], 1, 10, ["max_value"]]


@pytest.mark.parametrize("value", [1, 2**63 - 1])
def test_id_is_read(value):
    assert read(IdField(), value) == value


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        (0, ["min_value"]),
        (-1, ["min_value"]),
        (2**63, ["max_value"]),
        (True, ["invalid"]),
        ("1", ["invalid"]),
    ],
)
def test_id_that_no_row_can_have_is_refused(value, codes):
    assert read(IdField(), value) == codes


@pytest.mark.parametrize("value", [True, False])
def test_boolean_is_read(value):
    assert read(StrictBooleanField(), value) is value


@pytest.mark.parametrize("value", [1, 0, "true", "false", "on", "", [], [True], {}])
def test_what_only_looks_like_a_boolean_is_refused(value):
    assert read(StrictBooleanField(), value) == ["invalid"]


def test_text_is_read_without_the_spaces_around_it():
    assert read(StrictCharField(), "  Чай «Утро» ") == "Чай «Утро»"


@pytest.mark.parametrize("value", [1, 1.5, True, ["a"], {"a": "b"}])
def test_what_only_looks_like_text_is_refused(value):
    assert read(StrictCharField(), value) == ["invalid"]


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("", ["blank"]),
        ("  ", ["blank"]),
        (None, ["null"]),
        ("a\x00b", ["null_characters_not_allowed"]),
        ("\ud800", ["surrogate_characters_not_allowed"]),
    ],
)
def test_text_that_cannot_be_kept_is_refused(value, codes):
    assert read(StrictCharField(), value) == codes


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("12.50", "12.50"),
        ("12.5", "12.50"),
        ("12", "12.00"),
        (12, "12.00"),
        (Decimal("12.5"), "12.50"),
        ("0", "0.00"),
        ("99999999.99", "99999999.99"),
    ],
)
def test_amount_of_money_is_read_with_two_places(value, amount):
    assert str(read(MoneyField(), value)) == amount


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        (True, ["invalid"]),
        ([1], ["invalid"]),
        ({}, ["invalid"]),
        ("", ["invalid"]),
        ("a lot", ["invalid"]),
        ("1,50", ["invalid"]),
        (" 7 ", ["invalid"]),
        ("+7", ["invalid"]),
        ("7.", ["invalid"]),
        (".7", ["invalid"]),
        ("1e2", ["invalid"]),
        (100.0, ["invalid"]),
        (Decimal("1E+2"), ["invalid"]),
        ("007.50", ["invalid"]),
        ("00", ["invalid"]),
        ("-0", ["invalid"]),
        ("-0.00", ["invalid"]),
        (Decimal("-0.0"), ["invalid"]),
        ("１", ["invalid"]),
        ("٣", ["invalid"]),
        ("NaN", ["invalid"]),
        ("Infinity", ["invalid"]),
        (float("inf"), ["invalid"]),
        ("1_000", ["invalid"]),
        ("-0.01", ["min_value"]),
        ("1.999", ["max_decimal_places"]),
        (Decimal("1.999"), ["max_decimal_places"]),
        (Decimal("19.999999999999999999"), ["max_digits"]),
        ("100000000", ["max_whole_digits"]),
        ("1E+1000000", ["invalid"]),
        ("9" * 5000, ["max_string_length"]),
    ],
)
def test_what_is_no_amount_of_money_is_refused(value, codes):
    assert read(MoneyField(), value) == codes


def test_length_of_a_name_is_that_of_the_text_as_sent():
    assert read(NameField(max_length=5), "a\u0082bcd") == "abcd"
    assert read(NameField(max_length=5), "a\u0082bcde") == ["max_length"]
