"""The normal form of what identifies: the same whatever is typed, and whatever was normal before."""

import os
import unicodedata

import pytest

from apps.core import normalization
from apps.core.normalization import CODE, EMAIL, MAX_KEY_LENGTH, NAME, USERNAME, is_blank
from apps.core.search_words import folded

KINDS = {"username": USERNAME, "email": EMAIL, "code": CODE, "name": NAME}
SOFT_HYPHEN, ZERO_WIDTH, JOINER = "\N{SOFT HYPHEN}", "\N{ZERO WIDTH SPACE}", "\N{ZERO WIDTH JOINER}"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Посуда", "Посуда"),
        (f"По{ZERO_WIDTH}суда{ZERO_WIDTH}", "Посуда"),
        (f"Rind{SOFT_HYPHEN}fleisch", "Rindfleisch"),
        ("  Чай\N{NO-BREAK SPACE}чёрный\t\n 200\N{NARROW NO-BREAK SPACE}г ", "Чай чёрный 200 г"),
        ("и\N{COMBINING BREVE}од", "йод"),
        ("№ 5 m²", "№ 5 m²"),
        (f"👩{JOINER}🚀❤\N{VARIATION SELECTOR-16}", f"👩{JOINER}🚀❤\N{VARIATION SELECTOR-16}"),
        ("می\N{ZERO WIDTH NON-JOINER}خواهم", "می\N{ZERO WIDTH NON-JOINER}خواهم"),
        (f"{JOINER}Чай{JOINER} ", "Чай"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}yat", "yat"),
        (f"{ZERO_WIDTH}{JOINER}\N{HANGUL FILLER}\N{BRAILLE PATTERN BLANK}\x07", ""),
    ],
)
def test_name_is_shown_in_one_line_without_what_nobody_sees(typed, name):
    assert normalization.clean_name(typed) == name
    assert is_blank(typed) is (name == "")


@pytest.mark.parametrize(
    "typed",
    [
        "BUG-9a",
        "bug-9A",
        " Bug-9a ",
        f"BUG{ZERO_WIDTH}-9a",
        "BUG\N{NON-BREAKING HYPHEN}9a",
        "ＢＵＧ－９ａ",
        "BUG–9a",
        "BUG\N{MINUS SIGN}9a",
        "BUG\N{HYPHEN BULLET}9a",
        "BUG\N{MODIFIER LETTER MINUS SIGN}9a",
        "BUG\N{TWO-EM DASH}9a",
    ],
)
def test_sku_is_known_in_every_spelling(typed):
    assert CODE.key(typed) == "bug-9a"


def test_every_dash_of_unicode_is_a_hyphen_in_a_sku():
    dashes = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Pd"]

    assert {CODE.key(dash) for dash in dashes} == {"-"}


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Анна", "анна"),
        ("АННА", "анна"),
        ("ａｎｎａ", "anna"),
        (f"an{ZERO_WIDTH}na", "anna"),
        ("Straße", "strasse"),
        ("İvan", "i̇van"),
        ("ıvan", "ıvan"),
        ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
        ("\N{KELVIN SIGN}arl", "karl"),
        ("Straße@shop", "strasse@shop"),
        ("U@straße.de", "u@xn--strae-oqa.de"),
        ("u@strasse.de", "u@strasse.de"),
        ("u@XN--strae-oqa.de", "u@xn--strae-oqa.de"),
        ("u@exam\N{LEFT-TO-RIGHT MARK}ple.com", "u@example.com"),
        ("ß@straße.de", "ss@strasse.de"),
        ("ß@пример.рф", "ss@xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_username_is_known_in_every_spelling(typed, key):
    assert USERNAME.key(typed) == key


@pytest.mark.parametrize(
    ("typed", "mailbox"),
    [
        ("n@example.com", "n@example.com"),
        ("N.O@EXAMPLE.Com", "N.O@example.com"),
        (" n@example.com. ", "n@example.com"),
        ("n@ｅxample.com", "n@example.com"),
        (f"n@exam{SOFT_HYPHEN}ple.com", "n@example.com"),
        (f"n{ZERO_WIDTH}@example.com", "n@example.com"),
        ("ｎ＠example。com", "n@example.com"),
        ("user@пример.рф", "user@xn--e1afmkfd.xn--p1ai"),
        ("user@ПРИМЕР.РФ", "user@xn--e1afmkfd.xn--p1ai"),
        ("user@xn--e1afmkfd.XN--P1AI", "user@xn--e1afmkfd.xn--p1ai"),
        ("a@faß.de", "a@xn--fa-hia.de"),
        ("o'brien+tag@mail.example.co.uk", "o'brien+tag@mail.example.co.uk"),
        (f"{'a' * 64}@example.com", f"{'a' * 64}@example.com"),
    ],
)
def test_mailbox_is_written_in_ascii_with_its_domain_in_idna(typed, mailbox):
    assert normalization.clean_email(typed) == mailbox
    assert EMAIL.key(typed) == mailbox.lower()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "n",
        "n@",
        "@example.com",
        "mıke@example.com",
        "почта@example.com",
        "u@localhost",
        "u@nas.local",
        "u@localhost.localdomain",
        "u@nas.home.arpa",
        "u@intranet",
        "u@127.0.0.1",
        "u@[127.0.0.1]",
        f"{'a' * 65}@example.com",
        f"a@{'b' * 64}.com",
        f"a@{'.'.join(['b' * 60] * 5)}.com",
        '"a b"@example.com',
        ".a@example.com",
        "a..b@example.com",
        "a.@example.com",
        "a b@example.com",
        "a@b@example.com",
        "a@-example.com",
        "a@exa_mple.com",
        "a@example..com",
        "a@example.com..",
        "a@xn--.com",
        "a@example.c",
        "a@example.123",
        "a@exam\N{LEFT-TO-RIGHT MARK}ple.com",
        "a@example.com\nBcc: b@example.com",
        "a\0@example.com",
    ],
)
def test_what_is_no_mailbox_of_the_internet_is_refused(typed):
    with pytest.raises(ValueError, match=r".+"):
        normalization.clean_email(typed)


def test_old_address_that_is_none_is_known_whatever_its_case_and_like_no_other():
    assert EMAIL.key("U@LocalHost ") == "u@localhost"
    assert EMAIL.key("straße@example.com") != EMAIL.key("strasse@example.com")
    assert EMAIL.key("mıke@example.com") != EMAIL.key("mike@example.com")


@pytest.mark.parametrize("kind", [USERNAME, NAME, CODE])
def test_key_fits_into_an_index_whatever_the_text(kind):
    text = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 200  # eighteen letters each

    assert len(kind.key(text)) <= MAX_KEY_LENGTH
    assert kind.key(text) != kind.key(f"{text}a")


@pytest.mark.parametrize("form", [NAME.clean, NAME.key, CODE.clean, CODE.key, folded])
def test_plain_texts_get_the_form_that_the_long_way_gives_them(form):
    # With an invisible character they go the long way.
    characters = "".join(map(chr, (*range(0x20, 0x530), *range(0x2010, 0x2040))))
    texts = [text for char in characters for text in (char, f"A{char}{char}b", f" и{char}'  {char}`")]

    assert [text for text in texts if form(text) != form(f"{text}{ZERO_WIDTH}")] == []


def test_every_invisible_character_of_unicode_is_known():
    # Those of the general categories that are never seen; the rest of the property is no category.
    unseen = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in {"Cc", "Zl", "Zp"}]

    assert all(
        is_blank(char)
        for char in [*unseen, *"\u200b\u200d\u2060\ufeff\u3164\uffa0\ufe0f\U000e0061"]
        if char != "\0"
    )


def test_both_forms_can_be_applied_again_and_the_key_is_that_of_the_clean_form():
    hypothesis = pytest.importorskip("hypothesis", reason="needs hypothesis: requirements-dev.txt")
    strategies = hypothesis.strategies
    odd = strategies.sampled_from(
        "aİıſßΣς①ﷺ\u0345\u0301\u0323\u034f\u200b\u200d\u00ad\ufe0f\u115f¨\u1e9e－@.．。K A\t"
    )
    texts = strategies.text(strategies.one_of(odd, strategies.characters()), max_size=20)
    lives = int(os.environ.get("STORE_TEST_LIVES") or 0)

    @hypothesis.settings(max_examples=lives * 100 or 100, derandomize=not lives, database=None, deadline=None)
    @hypothesis.given(strategies.sampled_from(sorted(KINDS)), texts)
    def check(name, text):
        kind = KINDS[name]
        clean, key = kind.clean(text), kind.key(text)
        assert kind.clean(clean) == clean
        assert kind.key(key) == kind.key(clean) == key
        assert kind is EMAIL or is_blank(text) is (key == "")

    check()
