"""The page of the payment emulator: customers pay or decline there, and are led back to the shop."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from apps.payments.payment_emulator import PaymentEmulator
from apps.payments.tests.emulation import PATIENCE, created, get, payment_emulator, post

BUTTON = re.compile(r'<button name="choice" value="([a-z]+)">([^<]+)</button>')


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[PaymentEmulator]:
    """Return an emulator without faults."""
    with payment_emulator(tmp_path) as emulator:
        yield emulator


def page(url: str, language: str = "en") -> requests.Response:
    return requests.get(url, headers={"Accept-Language": language}, timeout=PATIENCE)


def choose(url: str, choice: str) -> requests.Response:
    return requests.post(url, data={"choice": choice}, timeout=PATIENCE, allow_redirects=False)


@pytest.mark.parametrize(
    ("language", "heading", "amount", "buttons"),
    [
        ("en", "Test payment", "1,430.00\u00a0₽", [("pay", "Pay"), ("decline", "Decline")]),
        ("ru", "Тестовая оплата", "1\u00a0430,00\u00a0₽", [("pay", "Оплатить"), ("decline", "Отклонить")]),
    ],
)
def test_page_says_what_is_paid_and_asks_in_the_customer_s_language(
    emulator: PaymentEmulator, language: str, heading: str, amount: str, buttons: list[tuple[str, str]]
):
    payment = created(emulator, description="<b>Order</b> #42").json()

    answer = page(payment["url"], language)

    assert payment["url"].endswith(f"/{payment['id']}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["Cache-Control"] == "no-store"
    assert f'<html lang="{language}">' in answer.text
    assert f"<h1>{heading}</h1>" in answer.text
    assert "<p>&lt;b&gt;Order&lt;/b&gt; #42</p>" in answer.text
    assert amount in answer.text
    assert BUTTON.findall(answer.text) == buttons
    assert "<script" not in answer.text


@pytest.mark.parametrize(("choice", "status"), [("pay", "paid"), ("decline", "failed")])
def test_choice_is_done_and_leads_back_to_the_shop(emulator: PaymentEmulator, choice: str, status: str):
    payment = created(emulator).json()

    answer = choose(payment["url"], choice)

    assert (answer.status_code, answer.headers["Location"]) == (303, "https://shop.example/orders/42")
    assert get(emulator, f"/payments/{payment['id']}")["status"] == status


def test_choice_without_an_address_of_the_shop_leads_to_the_page(emulator: PaymentEmulator):
    payment = created(emulator, return_url="").json()

    answer = choose(payment["url"], "pay")

    assert (answer.status_code, answer.headers["Location"]) == (303, payment["url"])
    assert "The payment is paid." in page(payment["url"]).text


def test_customer_can_pay_after_a_decline(emulator: PaymentEmulator):
    payment = created(emulator).json()
    choose(payment["url"], "decline")

    declined = page(payment["url"])
    choose(payment["url"], "pay")

    assert "The payment was declined. You can try again." in declined.text
    assert [choice for choice, _text in BUTTON.findall(declined.text)] == ["pay", "decline"]
    assert get(emulator, f"/payments/{payment['id']}")["status"] == "paid"


@pytest.mark.parametrize(
    ("end", "status", "text"),
    [
        ("/payments/{}/pay", "paid", "Платёж оплачен."),
        ("/payments/{}/expire", "expired", "Время на оплату истекло."),
        ("/v1/payments/{}/cancel", "cancelled", "Платёж отменён."),
    ],
)
@pytest.mark.parametrize("choice", ["pay", "decline"])
def test_page_of_a_payment_that_is_over_says_so_and_does_nothing(
    emulator: PaymentEmulator, end: str, status: str, text: str, choice: str
):
    payment = created(emulator).json()
    post(emulator, end.format(payment["id"]))

    shown, chosen = page(payment["url"], "ru"), choose(payment["url"], choice)

    assert text in shown.text
    assert '<a href="https://shop.example/orders/42">Вернуться в магазин</a>' in shown.text
    assert BUTTON.findall(shown.text) == []
    assert chosen.status_code == 200
    assert get(emulator, f"/payments/{payment['id']}")["status"] == status


@pytest.mark.parametrize("choice", ["", "refund"])
def test_no_choice_does_nothing(emulator: PaymentEmulator, choice: str):
    payment = created(emulator).json()

    answer = choose(payment["url"], choice)

    assert (answer.status_code, len(BUTTON.findall(answer.text))) == (200, 2)
    assert get(emulator, f"/payments/{payment['id']}")["status"] == "requires_action"


def test_page_of_no_payment_is_not_found(emulator: PaymentEmulator):
    answers = [page(f"{emulator.url}/pay/pay_0", "ru"), choose(f"{emulator.url}/pay/pay_0", "pay")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert "Такого платежа нет." in answers[0].text
