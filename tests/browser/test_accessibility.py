"""Every page of the admin can be used by everyone: axe-core finds nothing serious, on desktop or phone."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.admin_addresses import OF_OTHERS, every_page
from tests.support.browser import PHONE, Visit, needs_axe, needs_chromium
from tests.support.embedded_store import CUSTOMER, Shop, free_port, store

pytestmark = [needs_chromium, needs_axe, pytest.mark.long]

ACTIONS = (
    ("/admin/orders/order/", "cancel"),
    ("/admin/orders/order/", "mark_processing"),
    ("/admin/catalog/product/?q=чай", "change_price"),
    ("/admin/catalog/product/?q=чай", "move_to_category"),
    ("/admin/catalog/product/?q=чай", "stocktake"),
)
OUTSIDE = ("/admin/login/", "/admin/password_reset/", "/admin/password_reset/confirm/", "/api/problems/")
DAILY = (
    "/admin/",
    "/admin/orders/order/",
    "/admin/orders/order/1/change/",
    "/admin/catalog/product/",
    "/admin/catalog/product/1/change/",
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with store(tmp_path_factory.mktemp("shop"), free_port()) as (shop, _process):
        for product_id in (1, 2):
            wanted = {"items": [{"product_id": product_id, "quantity": 1}]}
            shop.call("POST", "orders/", user=CUSTOMER, body=wanted)
        yield shop


def test_nothing_on_a_page_hinders_anyone(browser: Any, shop: Shop):
    visit = Visit(browser, shop)
    found = {address: hindrances_at(visit, address) for address in OUTSIDE}
    visit.log_in("admin")
    found |= {address: hindrances_at(visit, address) for address in every_page()}

    assert {page: hindrances for page, hindrances in found.items() if hindrances} == {}
    assert visit.foreign == []
    assert visit.errors == []


def test_nothing_hinders_anyone_where_an_action_is_done_or_asks(browser: Any, shop: Shop):
    visit = Visit(browser, shop)
    visit.log_in("admin")
    found = {action: hindrances_after(visit, address, action) for address, action in ACTIONS}

    assert {action: hindrances for action, hindrances in found.items() if hindrances} == {}
    assert visit.foreign == []
    assert visit.errors == []


def test_nothing_hinders_anyone_where_a_task_is_done(browser: Any, shop: Shop):
    visit = Visit(browser, shop)
    visit.log_in("admin")
    found = {
        "export": hindrances_of_an_export(visit),
        "import": hindrances_of_an_import(visit),
        "delivery": hindrances_of_a_delivery_method(visit),
    }

    assert {page: hindrances for page, hindrances in found.items() if hindrances} == {}
    assert visit.foreign == []
    assert visit.errors == []


def test_nothing_hinders_anyone_on_a_phone_in_the_dark(browser: Any, shop: Shop):
    visit = Visit(browser, shop, viewport=PHONE, color_scheme="dark", locale="ru-RU")
    visit.log_in("admin")
    found = {address: hindrances_at(visit, address) for address in DAILY}

    assert {page: hindrances for page, hindrances in found.items() if hindrances} == {}


def test_documentation_hinders_nobody_by_what_the_store_says_in_it(browser: Any, shop: Shop):
    found = {}
    visit = Visit(browser, shop)
    for address, (part, besides) in OF_OTHERS.items():
        visit.open(address).locator(part).first.wait_for()
        found[address] = visit.hindrances(within=part, besides=besides)

    assert found == dict.fromkeys(OF_OTHERS, [])
    assert visit.errors == []


def hindrances_at(visit: Visit, address: str) -> list[str]:
    visit.open(address)
    return visit.hindrances()


def hindrances_after(visit: Visit, address: str, action: str) -> list[str]:
    """Choose all rows of a list, and let the action be done or ask."""
    visit.open(address)
    visit.page.locator("#action-toggle").check()
    visit.page.locator("select[name=action]").select_option(action)
    with visit.page.expect_navigation():
        visit.page.locator("button[name=index]").first.click()
    return visit.hindrances()


def hindrances_of_an_export(visit: Visit) -> list[str]:
    visit.open("/admin/catalog/product/export/")
    visit.page.get_by_role("button", name="Export").click()
    visit.page.get_by_role("link", name="Download").wait_for()
    return visit.hindrances()


def hindrances_of_an_import(visit: Visit) -> list[str]:
    visit.open("/admin/catalog/product/import/")
    table = "sku,name,price,category\nNEW-1,New,1.00,New things\nBAD-1,Bad,much,New things\n"
    file = {"name": "products.csv", "mimeType": "text/csv", "buffer": table.encode()}
    visit.page.locator("input[type=file]").set_input_files(file)
    visit.page.get_by_role("button", name="Check the file").click()
    visit.page.get_by_role("button", name="Discard").wait_for()
    return visit.hindrances()


def hindrances_of_a_delivery_method(visit: Visit) -> list[str]:
    """Add a method with a rate, and let its calculator find the price."""
    visit.open("/admin/delivery/deliverymethod/add/")
    typed = {"name_ru": "Ночной курьер", "code": "night-courier", "rates-0-price": "350"}
    for name, value in typed.items():
        visit.page.locator(f"#id_{name}").fill(value)
    visit.page.locator("#id_kind").select_option("courier")
    visit.page.locator("input[name=_continue]").click()
    visit.page.locator("#id_calculator_total").fill("1200")
    visit.page.get_by_role("button", name="Calculate").click()
    visit.page.get_by_text("Price of delivery: 350.00").wait_for()
    return visit.hindrances()
