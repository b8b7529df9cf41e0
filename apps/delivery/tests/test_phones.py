"""Phone numbers: read in any form, kept in E.164, shown as they are written at home."""

import pytest
from django.test import override_settings

from apps.delivery.addresses import PostalAddress, cleaned
from apps.delivery.phones import national, read_phone


@pytest.mark.parametrize(
    "typed",
    [
        "8 (912) 345-67-89",
        "+7 912 345 67 89",
        "79123456789",
        "89123456789",
        "9123456789",
        "8-912-345-67-89",
        "8.912.345.67.89",
        "＋7（912）345－67－89",
        "+7 912 345‑67‑89",
        "8/912/3456789",
    ],
)
def test_number_is_read_in_any_form(typed):
    assert cleaned(PostalAddress(country="RU", phone=typed)).phone == "+79123456789"


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        ("030 227-0", "DE", "+49302270"),
        ("(202) 456-1111", "US", "+12024561111"),
        ("06 698981", "IT", "+3906698981"),
        ("8 (701) 234-56-78", "KZ", "+77012345678"),
        ("+44 20 7323 8000", "RU", "+442073238000"),
        ("8 800 555-35-35", "RU", "+78005553535"),
    ],
)
def test_number_is_one_of_the_country_unless_it_names_another(typed, country, stored):
    assert read_phone(typed, country) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12",
        "112",
        "+",
        "8 912 345 67 8",
        "8 912 345 67 89 0",
        "+7 000 000 00 00",
        "8 912 345 67 89 доб. 5",
        "8 912 345 67 89 ext. 5",
        "8 912 345 67 89 #5",
        "8 912 345 67 89, 8 912 345 67 80",
        "тел. 8 912 345 67 89",
        "tel:+79123456789",
        "1-800-FLOWERS",
        "9" * 300,
        "нет",
    ],
)
def test_what_is_no_number_alone_is_refused_and_left_as_typed(typed):
    assert read_phone(typed, "RU") is None
    assert cleaned(PostalAddress(country="RU", phone=typed)).phone == typed


@pytest.mark.parametrize(("typed", "country"), [("+49 800 123456789012", "DE"), ("0078 1234567890123", "JP")])
def test_number_longer_than_the_column_is_refused(typed, country):
    assert read_phone(typed, country) is None
    assert read_phone("+49 800 1234567890", "DE") == "+498001234567890"


def test_number_without_a_country_needs_a_plus():
    assert read_phone("8 912 345 67 89", "XX") is None
    assert read_phone("+7 912 345 67 89", "XX") == "+79123456789"


@pytest.mark.parametrize(
    ("country", "stored", "shown"),
    [
        ("RU", "+79123456789", "8 (912) 345-67-89"),
        ("RU", "+77012345678", "+7 701 234 5678"),
        ("RU", "+442073238000", "+44 20 7323 8000"),
        ("GB", "+442073238000", "020 7323 8000"),
        ("RU", "", ""),
        ("RU", "12", "12"),
    ],
)
def test_number_is_shown_as_it_is_dialled_at_home(country, stored, shown):
    with override_settings(STORE_COUNTRY=country):
        assert national(stored) == shown
