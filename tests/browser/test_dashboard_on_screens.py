"""The dashboard of the admin on a desktop, a wide screen and a phone: work is seen first, nothing is cut."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.browser import Visit, needs_chromium
from tests.support.embedded_store import CUSTOMER, Shop, free_port, store
from tests.support.parameters import spread

pytestmark = [needs_chromium, pytest.mark.long]

DESKTOP, WIDE, PHONE = (
    {"width": 1280, "height": 900},
    {"width": 1920, "height": 1080},
    {"width": 390, "height": 844},
)
SCREENS = {"desktop": DESKTOP, "wide": WIDE}
# What is wider than its place, of the page itself and of what would have to be scrolled.
CUT = """
    [document.documentElement, ...document.querySelectorAll(".front-page section, .front-page .scroll")]
        .filter((part) => part.scrollWidth > part.clientWidth + 1)
        .map((part) => part.getAttribute("aria-labelledby") ?? part.tagName)
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with store(tmp_path_factory.mktemp("shop"), free_port()) as (shop, _process):
        for product_id in range(1, 6):
            wanted = {"items": [{"product_id": product_id, "quantity": 9}]}
            assert shop.call("POST", "orders/", user=CUSTOMER, body=wanted).status_code == 201
        yield shop


@pytest.mark.parametrize(("screen", "language"), spread(list(SCREENS), ["ru-RU", "en-GB"]))
def test_nothing_is_cut_and_the_menu_is_in_sight(browser: Any, shop: Shop, screen: str, language: str):
    page = Visit(browser, shop, viewport=SCREENS[screen], locale=language).log_in("admin")

    for link in ("#nav-sidebar a[href='/admin/orders/order/']", ".tasks a >> nth=0"):
        box = page.locator(link).bounding_box()
        assert box["y"] + box["height"] <= SCREENS[screen]["height"]
    assert page.evaluate(CUT) == []


def test_charts_are_not_blown_up_on_a_wide_screen(browser: Any, shop: Shop):
    page = Visit(browser, shop, viewport=WIDE).log_in("admin")

    assert page.locator(".days-chart >> nth=0").bounding_box()["width"] <= 960
    assert page.locator(".statuses-chart text >> nth=0").bounding_box()["height"] <= 20


def test_menu_of_a_phone_opens_above_what_needs_doing(browser: Any, shop: Shop):
    page = Visit(browser, shop, viewport=PHONE, locale="ru-RU").log_in("admin")
    menu = page.locator(".store-menu")

    assert menu.bounding_box()["y"] < page.locator("#tasks-heading").bounding_box()["y"] < PHONE["height"]
    menu.locator("summary").click()
    menu.get_by_role("link", name="Заказы", exact=True).click()

    assert page.url == f"{shop.url}/admin/orders/order/"
