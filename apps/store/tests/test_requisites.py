"""Requisites of Russian sellers, by numbers that banks, companies and funds publish."""

import pytest

from apps.store.requisites import is_account, is_bik, is_correspondent_account, is_inn, is_kpp, is_ogrn

SBERBANK, RAIFFEISEN, GAZPROMBANK = "044525225", "044525700", "044525823"


@pytest.mark.parametrize(
    "inn",
    [
        "7707083893",  # Sberbank
        "7736207543",  # Yandex
        "7743089883",  # Rusfond
        "7707017509",  # Slavneft
        "500100732259",  # the Tax Service's example of a person
    ],
)
def test_inn_is_right_and_with_any_other_last_digit_wrong(inn: str):
    assert [is_inn(inn[:-1] + digit) for digit in "0123456789"].count(True) == 1
    assert is_inn(inn)


@pytest.mark.parametrize("text", ["", "770708389", "77070838930", "7707083893 ", "770708389x", "٧٧٠٧٠٨٣٨٩٣"])
def test_what_is_no_inn(text: str):
    assert not is_inn(text)


def test_first_check_digit_of_a_person_counts_too():
    assert not is_inn("500100732269")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("773601001", True),
        ("7736AB001", True),
        ("7736ab001", False),
        ("77360100", False),
        ("77A601001", False),
    ],
)
def test_kpp(text: str, is_one: bool):
    assert is_kpp(text) is is_one


@pytest.mark.parametrize(
    "ogrn",
    [
        "1027700132195",  # Sberbank
        "1027700229193",  # Yandex
        "304500116000157",  # the register's example of a sole trader
    ],
)
def test_ogrn_is_right_and_with_any_other_last_digit_wrong(ogrn: str):
    assert [is_ogrn(ogrn[:-1] + digit) for digit in "0123456789"].count(True) == 1
    assert is_ogrn(ogrn)


@pytest.mark.parametrize("text", ["", "102770013219", "10277001321951", "102770013219x"])
def test_what_is_no_ogrn(text: str):
    assert not is_ogrn(text)


@pytest.mark.parametrize(("text", "is_one"), [(SBERBANK, True), ("04452522", False), ("04452522x", False)])
def test_bik(text: str, is_one: bool):
    assert is_bik(text) is is_one


@pytest.mark.parametrize(
    ("account", "bik"),
    [
        ("40703810700001449489", RAIFFEISEN),  # Rusfond
        ("40702810800001400002", RAIFFEISEN),  # Gazprom Neft
        ("40702810000000011692", GAZPROMBANK),  # Slavneft
        ("40702810138250123017", SBERBANK),  # the standard's own example, ГОСТ Р 56042
    ],
)
def test_account_fits_its_bank_and_no_other(account: str, bik: str):
    others = {SBERBANK, RAIFFEISEN, GAZPROMBANK} - {bik}

    assert is_account(account, bik)
    assert [is_account(account[:8] + digit + account[9:], bik) for digit in "0123456789"].count(True) == 1
    assert [is_account(account, other) for other in others] == [False, False]


def test_account_in_an_office_of_the_bank_of_russia_has_its_key_by_the_office():
    assert is_account("40101810045250010041", "044525000")  # for taxes of Moscow, until 2021
    assert not is_account("40101810045250010041", SBERBANK)


def test_account_in_the_treasury_has_no_key():
    assert is_account("03100643000000018500", "017003983")  # of the Federal Tax Service


@pytest.mark.parametrize(
    ("account", "bik"),
    [("", SBERBANK), ("4070281013825012301", SBERBANK), ("40702810138250123017", "04452522")],
)
def test_what_is_no_account(account: str, bik: str):
    assert not is_account(account, bik)


@pytest.mark.parametrize(
    ("account", "bik"),
    [
        ("30101810400000000225", SBERBANK),
        ("30101810200000000700", RAIFFEISEN),
        ("30101810200000000823", GAZPROMBANK),
        ("30101810145250000974", "044525974"),  # T-Bank
        ("40102810445370000059", "017003983"),  # the Treasury's account for taxes
    ],
)
def test_correspondent_account_has_its_key(account: str, bik: str):
    assert is_correspondent_account(account, bik)
    changed = account[:-4] + str((int(account[-4]) + 1) % 10) + account[-3:]
    assert not is_correspondent_account(changed, bik)


@pytest.mark.parametrize(("account", "bik"), [("", SBERBANK), ("30101810400000000225", "")])
def test_what_is_no_correspondent_account(account: str, bik: str):
    assert not is_correspondent_account(account, bik)
