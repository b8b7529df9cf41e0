"""Spelling of searches: stems, the other keyboard layout, the other alphabet, letters between two words."""

import pytest

from apps.catalog.spelling import distance, keys_of, other_layout, stem_of, transliterated

pytestmark = pytest.mark.embedded


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("кружки", "кружк"),
        ("зеленые", "зелен"),
        ("чай", "чай"),
        ("чая", "чая"),  # of which two letters would be left
        ("teapots", "teapot"),
        ("berries", "berr"),  # begins berry, too
        ("usb-c", "usb-c"),
        ("а55", "а55"),
        ("wi-fi", "wi-fi"),
    ],
)
def test_stem_is_the_beginning_of_the_word(word, stem):
    assert stem_of(word) == stem


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("xfq", "чай"),
        ("RHE;RB", "кружки"),
        ("[kt,", "хлеб"),
        ("`;br", "ёжик"),
        ("еуфзще", "teapot"),
        ("12", "12"),
    ],
)
def test_other_layout_has_the_same_keys(typed, meant):
    assert other_layout(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("chainik", "чайник"),
        ("chay", "чай"),
        ("zelenyi", "зеленый"),
        ("zelenyj", "зеленый"),
        ("siniy", "синий"),
        ("sahar", "сахар"),
        ("sakhar", "сахар"),
        ("schetka", "щетка"),
        ("yubka", "юбка"),
        ("самсунг", "samsung"),
        ("ксиоми", "xiomi"),
        ("12", "12"),
    ],
)
def test_text_is_written_in_the_other_alphabet(typed, meant):
    assert transliterated(typed) == meant


@pytest.mark.parametrize(
    ("one", "other", "letters"),
    [
        ("чай", "чай", 0),
        ("чайник", "чайнк", 1),
        ("чайник", "чайнник", 1),
        ("чайник", "чайнек", 1),
        ("чайник", "чйаник", 1),
        ("чашек", "чашка", 2),
        ("чай", "мёд", 3),
        ("", "чай", 3),
    ],
)
def test_distance_is_the_number_of_letters_between_two_words(one, other, letters):
    assert (distance(one, other), distance(other, one)) == (letters, letters)


def test_keys_are_the_word_and_what_is_left_of_it():
    assert next(iter(keys_of("чаай"))) == "чаай"
    assert sorted(keys_of("чаай")) == ["аай", "чаа", "чаай", "чай"]
