"""A clerk brings the table of a Russian spreadsheet in Chromium, chooses how it is read, and imports it."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import DESKTOP, PHONE, Visit, needs_chromium
from tests.support.embedded_store import STAFF, Shop

TABLE = (
    "Артикул;Наименование;Цена;Категория;Остаток\r\n"
    "Ч-{0};Чай «Утро»;1.250;Чай;5\r\n"
    "4,60701E+1{0};Чай «Вечер»;390 руб.;Чай;7\r\n"
    ";;;;\r\n"
)

pytestmark = [needs_chromium, pytest.mark.long]


@pytest.mark.parametrize("viewport", [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")])
def test_table_of_a_russian_spreadsheet_is_looked_at_read_otherwise_and_imported(
    browser: Any, shop: Shop, viewport
):
    table = TABLE.format(viewport["width"] % 7).encode("cp1251")
    visit = Visit(browser, shop, locale="ru-RU", viewport=viewport)
    visit.log_in(STAFF)
    page = visit.open("/admin/catalog/product/import/")
    file = {"name": "Прайс.csv", "mimeType": "text/csv", "buffer": table}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Проверить файл").click()
    page.get_by_label("Кодировка").wait_for()

    assert page.get_by_label("Кодировка").input_value() == "cp1251"
    assert page.get_by_label("Разделитель").input_value() == "semicolon"
    assert page.get_by_text("«1.250» может значить 1.250 или 1250").is_visible()
    assert page.get_by_text("Артикулы, которые могла испортить электронная таблица: 1").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    with page.expect_download() as begun:
        page.get_by_role("link", name="Скачать строки с ошибками").click()
    bad = Path(begun.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert bad[0] == "что не так;Артикул;Наименование;Цена;Категория;Остаток"
    assert len(bad) == 2

    page.get_by_label("Десятичный знак").select_option(label="запятая")
    page.get_by_role("button", name="Проверить снова").click()
    page.get_by_role("button", name="Импортировать", exact=True).click()
    page.get_by_text("Что изменено").first.wait_for()

    assert visit.errors == []
