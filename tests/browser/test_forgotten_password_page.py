"""Staff who forgot their password get back into the admin in a real browser, on a phone, in Russian."""

import email
import email.policy
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import Visit, needs_chromium
from tests.support.embedded_store import free_port, store
from tests.support.processes import wait_for

playwright_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: requirements-dev.txt")

pytestmark = [needs_chromium, pytest.mark.long]

PHONE = {"width": 390, "height": 844}
NEW_PASSWORD = "another-horse-entirely"
FITS = "document.documentElement.scrollWidth <= innerWidth"


def test_staff_ask_for_a_code_on_the_login_page_and_log_in_with_a_new_password(browser: Any, tmp_path: Path):
    with store(tmp_path, free_port(), STORE_NAME="Лавка") as (shop, _process):
        visit = Visit(browser, shop, locale="ru-RU", viewport=PHONE)
        page = visit.open("/admin/login/")
        playwright_api.expect(page.locator("#site-name")).to_have_text("Лавка")

        page.get_by_role("link", name="Забыли пароль?").click()
        assert page.evaluate(FITS)
        page.get_by_label("Адрес почты").fill("admin@example.com")
        page.get_by_role("button", name="Прислать код").click()
        playwright_api.expect(page.locator(".messagelist")).to_contain_text("мы отправили на него код")
        assert page.evaluate(FITS)
        email = mailed(tmp_path)
        page.get_by_label("Код из письма").fill(re.search(r"^Код: (\S+)$", email, re.MULTILINE)[1])
        page.get_by_label("Новый пароль:", exact=True).fill(NEW_PASSWORD)
        page.get_by_label("Новый пароль ещё раз").fill(NEW_PASSWORD)
        page.get_by_role("button", name="Задать пароль").click()
        playwright_api.expect(page.locator(".messagelist")).to_contain_text("Войдите с новым паролем")
        page.get_by_label("Имя пользователя или адрес почты").fill("Admin@Example.com")
        page.get_by_label("Пароль").fill(NEW_PASSWORD)
        page.get_by_role("button", name="Войти").click()

        playwright_api.expect(page.locator("#user-tools")).to_be_visible()
        assert f"{shop.url}/admin/password_reset/confirm/" in email
        assert visit.errors == []
        assert visit.foreign == []


def mailed(folder: Path) -> str:
    """Return the text of the e-mail that comes."""
    folder = folder / "var" / "mail"
    wait_for(lambda: list(folder.glob("*.eml")))
    [file] = folder.glob("*.eml")
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    return message.get_content()
