"""The pages in a real browser: everything comes from the store, and nothing breaks the policy of content."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.test_embedded import CUSTOMER, Shop, port, store

playwright_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: requirements-dev.txt")

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [pytest.mark.once, pytest.mark.skipif(not CHROMIUM.exists(), reason=f"needs {CHROMIUM}")]

__all__ = ["port"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


class Visit:
    """A page, with what it asked for and what went wrong in it."""

    def __init__(self, browser: Any) -> None:
        self.page = browser.new_page()
        self.addresses: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.addresses.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.errors.append(message.text)

    def foreign_to(self, shop: Shop) -> list[str]:
        own = (f"{shop.url}/", "data:", f"blob:{shop.url}")
        return [address for address in self.addresses if not address.startswith(own)]


def test_customer_logs_in_and_places_an_order_in_swagger_ui(browser: Any, tmp_path: Path, port: int):
    with store(tmp_path, port) as (shop, _process):
        visit = Visit(browser)
        page = visit.page
        page.goto(f"{shop.url}/")

        page.get_by_role("button", name="Authorize").first.click()
        page.locator(".auth-container input").fill(shop.token(CUSTOMER))
        page.locator(".auth-btn-wrapper button[type=submit]").click()
        page.get_by_role("button", name="Close").click()
        call = page.locator("#operations-orders-placeOrder")
        call.locator(".opblock-summary-control").click()
        call.get_by_role("button", name="Try it out").click()
        call.locator("textarea").fill('{"items": [{"product_id": 1, "quantity": 2}]}')
        call.get_by_role("button", name="Execute").click()
        answer = call.locator(".live-responses-table .response .response-col_status").first
        playwright_api.expect(answer).to_contain_text("201", timeout=15_000)
        placed = shop.call("GET", "orders/", user=CUSTOMER).json()

    assert placed["count"] == 1
    assert placed["results"][0]["items_count"] == 1
    assert visit.foreign_to(shop) == []
    assert visit.errors == []


def test_redoc_shows_the_calls(browser: Any, tmp_path: Path, port: int):
    with store(tmp_path, port) as (shop, _process):
        visit = Visit(browser)
        visit.page.goto(f"{shop.url}/api/schema/redoc/")
        heading = visit.page.get_by_role("heading", name=re.compile("Place an order"))
        playwright_api.expect(heading.first).to_be_visible(timeout=15_000)

    assert visit.foreign_to(shop) == []
    assert visit.errors == []


def test_redoc_finds_calls_with_its_worker(browser: Any, tmp_path: Path, port: int):
    with store(tmp_path, port) as (shop, _process):
        visit = Visit(browser)
        visit.page.goto(f"{shop.url}/api/schema/redoc/")
        visit.page.locator("input.search-input").fill("invoice")
        found = visit.page.locator("[data-role='search:results'] li", has_text="invoice")
        playwright_api.expect(found.first).to_be_visible(timeout=15_000)

    assert visit.foreign_to(shop) == []
    assert visit.errors == []


def test_staff_log_in_to_the_admin_and_see_an_order(browser: Any, tmp_path: Path, port: int):
    with store(tmp_path, port) as (shop, _process):
        shop.call("POST", "orders/", user=CUSTOMER, body={"items": [{"product_id": 1, "quantity": 1}]})
        visit = Visit(browser)
        page = visit.page
        page.goto(f"{shop.url}/admin/orders/order/")

        page.locator("#id_username").fill("admin")
        page.locator("#id_password").fill("online-store-demo")
        page.locator("input[type=submit]").click()
        page.locator("#result_list input.action-select").first.check()
        page.locator("select[name=action]").select_option("mark_processing")
        page.locator("button[name=index]").click()
        playwright_api.expect(page.locator(".desk-done")).to_be_visible()
        status = shop.call("GET", "orders/1/", user=CUSTOMER).json()["status"]

    assert status == "processing"
    assert visit.foreign_to(shop) == []
    assert visit.errors == []


def test_every_kind_of_admin_page_keeps_to_its_own_policy(browser: Any, tmp_path: Path, port: int):
    with store(tmp_path, port) as (shop, _process):
        visit = Visit(browser)
        page = visit.page
        page.goto(f"{shop.url}/admin/login/?next=/admin/users/user/")
        page.locator("#id_username").fill("admin")
        page.locator("#id_password").fill("online-store-demo")
        page.locator("input[type=submit]").click()

        page.locator("#result_list tbody th a").first.click()
        page.locator("#calendarlink0").click()
        page.locator("#calendarbox0 td a").first.click()
        page.locator("#clocklink0").click()
        page.locator("#clockbox0 .timelist a").first.click()
        chosen = (
            page.locator("#id_last_login_0").input_value() + page.locator("#id_last_login_1").input_value()
        )
        for path in ("", "catalog/product/", "catalog/product/add/", "orders/order/", "jobs/job/"):
            page.goto(f"{shop.url}/admin/{path}")
        page.goto(f"{shop.url}/admin/catalog/product/1/change/")
        page.locator("#id_name").fill("Tea")
        page.locator("input[name=_save]").click()
        playwright_api.expect(page.locator(".messagelist .success")).to_be_visible()

    assert chosen
    assert visit.foreign_to(shop) == []
    assert visit.errors == []


def test_script_in_a_page_does_not_run(browser: Any, tmp_path: Path, port: int):
    with store(tmp_path, port) as (shop, _process):
        visit = Visit(browser)
        visit.page.goto(f"{shop.url}/admin/login/")
        visit.page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', '<img src=x: onerror=\"window.hit = 1\">')"
        )
        playwright_api.expect(visit.page.locator("img")).to_have_count(1)
        visit.page.wait_for_function("document.images[0].complete")
        hit = visit.page.evaluate("window.hit")

    assert hit is None
    assert any("script-src" in error for error in visit.errors)
