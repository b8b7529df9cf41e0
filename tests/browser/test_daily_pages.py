"""The daily work in Russian, on desktop and phone: it is done on five pages, which lead back to the list."""

import re
from typing import Any

import pytest

from tests.support.browser import DESKTOP, Visit, needs_chromium
from tests.support.embedded_store import CUSTOMER, STAFF, Shop

pytestmark = [needs_chromium, pytest.mark.long]

PHONE = {"width": 390, "height": 844}
LEAST_HEIGHT = 24  # px of what is pressed or typed into: WCAG 2.2, 2.5.8
ORDERS, PRODUCTS = "/admin/orders/order/", "/admin/catalog/product/"


class Clerk(Visit):
    """Somebody at work, who sees the whole page and hits what is meant."""

    def see(self, part: Any) -> float:
        """Have a part of the page on the screen, which is never scrolled sideways, and return its height."""
        part.scroll_into_view_if_needed()
        box = part.bounding_box()
        beyond = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")

        assert beyond <= 0, self.page.url
        assert box["x"] >= 0, part
        assert box["x"] + box["width"] <= self.page.viewport_size["width"], part
        return box["height"]

    def hand(self, control: Any) -> Any:
        """Return the control, which is on the screen and high enough to be hit."""
        assert self.see(control) >= LEAST_HEIGHT, control
        return control

    def press(self, control: Any) -> None:
        self.hand(control).click()

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True)

    def said(self, place: str) -> str:
        return re.sub(r"\s+", " ", self.page.locator(place).inner_text())


@pytest.mark.parametrize("screen", [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")])
def test_work_of_a_day_is_done_and_leads_back_to_the_list(browser: Any, shop: Shop, screen: dict[str, int]):
    order_ids = [place_order(shop) for _number in range(2)]
    clerk = Clerk(browser, shop, locale="ru-RU", viewport=screen)
    clerk.log_in("admin")

    ship_from_the_dashboard(clerk)
    assert [status_of(shop, order_id) for order_id in order_ids] == ["shipped", "shipped"]
    deliver_on_the_page_of_an_order(clerk)
    assert [status_of(shop, order_id) for order_id in order_ids] == ["shipped", "delivered"]
    price = "555.5" + str(screen["width"])[0]
    type_a_price_in_the_list(clerk, price)
    count_a_shelf(clerk, screen["width"])

    assert product_at(shop) == (price, screen["width"])
    assert clerk.errors == []
    assert clerk.foreign == []


def ship_from_the_dashboard(clerk: Clerk) -> None:
    page = clerk.page
    clerk.press(page.locator(".tasks a").first)
    page.wait_for_url(f"**{ORDERS}?status__exact=pending")
    here = page.url
    for box in page.locator("#result_list input.action-select").all():
        box.check()
    clerk.hand(page.locator("select[name=action]")).select_option("process_and_ship")
    clerk.see(page.locator("#result_list .field-shown_total").first)
    clerk.press(page.locator("button[name=index]").first)
    assert clerk.said(".store-summary").strip() == "Готово: 2 заказа."
    clerk.press(page.locator(".store-back a"))
    page.wait_for_url(here)


def deliver_on_the_page_of_an_order(clerk: Clerk) -> None:
    page = clerk.open(f"{ORDERS}?status__exact=shipped")
    here = page.url
    clerk.press(page.locator("#result_list tbody th a").first)
    clerk.see(page.locator(".field-shown_total .readonly"))
    clerk.press(clerk.button("Отметить доставленным"))
    assert "доставлен" in clerk.said(".messagelist")
    clerk.press(page.locator(".closelink"))
    page.wait_for_url(here)


def type_a_price_in_the_list(clerk: Clerk, price: str) -> None:
    page = clerk.open(f"{PRODUCTS}?q=TEA-001")
    here = page.url
    clerk.hand(page.locator("#result_list .field-price input").first).fill(price.replace(".", ","))
    clerk.press(page.locator("input[name=_save]"))
    assert f"→ {price.replace('.', ',')} ₽" in clerk.said(".messagelist")
    page.wait_for_url(here)


def count_a_shelf(clerk: Clerk, count: int) -> None:
    page = clerk.open(f"{PRODUCTS}?q=TEA-001")
    here = page.url
    clerk.press(page.locator(".object-tools a[href*=stocktake]"))
    clerk.hand(page.locator(".stocktake input[type=number]").first).fill(str(count))
    clerk.hand(page.locator("#id_reason")).fill("Пересчёт")
    clerk.press(page.locator(".submit-row input"))
    assert clerk.said(".store-summary").strip() == "Готово: 1 товар."
    clerk.press(page.locator(".store-back a"))
    page.wait_for_url(here)


def place_order(shop: Shop) -> int:
    wanted = {"items": [{"product_id": 2, "quantity": 1}]}
    return shop.call("POST", "orders/", user=CUSTOMER, body=wanted).json()["id"]


def status_of(shop: Shop, order_id: int) -> str:
    return shop.call("GET", f"orders/{order_id}/", user=STAFF).json()["status"]


def product_at(shop: Shop) -> tuple[str, int]:
    product = shop.call("GET", "products/?search=TEA-001", user=STAFF).json()["results"][0]
    return product["price"], product["stock"]
