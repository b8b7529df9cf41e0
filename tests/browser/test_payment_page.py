"""Customers pay on the payment emulator's page in a real browser, on a phone, and come back to the shop."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from apps.payments.payment_emulator import PaymentEmulator
from apps.payments.tests.emulation import created, get, payment_emulator
from tests.support.browser import PHONE, Visit, needs_axe, needs_chromium

pytestmark = needs_chromium

FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[PaymentEmulator]:
    """Return an emulator, which is the shop that customers come back to, too."""
    with payment_emulator(tmp_path) as emulator:
        yield emulator


@pytest.mark.parametrize(
    ("locale", "button", "status"),
    [
        ("ru-RU", "Оплатить", "paid"),
        ("ru-RU", "Отклонить", "failed"),
        ("en-GB", "Pay", "paid"),
        ("en-GB", "Decline", "failed"),
    ],
)
def test_customer_pays_or_declines_and_comes_back(
    browser: Any, emulator: PaymentEmulator, locale: str, button: str, status: str
):
    payment = created(emulator, return_url=f"{emulator.url}/refunds").json()
    visit = Visit(browser, SimpleNamespace(url=emulator.url), locale=locale, viewport=PHONE)
    page = visit.open(f"/pay/{payment['id']}")
    fits, errors = page.evaluate(FITS), list(visit.errors)

    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url(f"{emulator.url}/refunds")

    assert (fits, errors, visit.foreign) == (True, [], [])
    assert get(emulator, f"/payments/{payment['id']}")["status"] == status


@needs_axe
@pytest.mark.parametrize("locale", ["ru-RU", "en-GB"])
def test_page_hinders_nobody(browser: Any, emulator: PaymentEmulator, locale: str):
    payment = created(emulator).json()
    visit = Visit(browser, SimpleNamespace(url=emulator.url), locale=locale, viewport=PHONE)

    visit.open(f"/pay/{payment['id']}")

    assert visit.hindrances() == []
