"""The pages in a real browser: everything comes from the store, and nothing breaks the policy of content."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import Visit, chromium, needs_chromium
from tests.test_embedded import CUSTOMER, Shop, free_port, store

playwright_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: requirements-dev.txt")

pytestmark = [pytest.mark.once, needs_chromium]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with store(tmp_path_factory.mktemp("shop"), free_port()) as (shop, _process):
        yield shop


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Any, shop: Shop) -> Iterator[Visit]:
    visit = Visit(browser, shop)
    yield visit
    visit.context.close()


def test_customer_logs_in_and_places_an_order_in_swagger_ui(visit: Visit, shop: Shop):
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
    placed = shop.call("GET", "orders/", user=CUSTOMER).json()["results"][0]

    assert (placed["items_count"], placed["status"]) == (1, "pending")
    assert visit.foreign == []
    assert visit.errors == []


def test_redoc_shows_the_calls(visit: Visit, shop: Shop):
    visit.page.goto(f"{shop.url}/api/schema/redoc/")
    heading = visit.page.get_by_role("heading", name=re.compile("Place an order"))
    playwright_api.expect(heading.first).to_be_visible(timeout=15_000)

    assert visit.foreign == []
    assert visit.errors == []


def test_redoc_finds_calls_with_its_worker(visit: Visit, shop: Shop):
    visit.page.goto(f"{shop.url}/api/schema/redoc/")
    visit.page.locator("input.search-input").fill("invoice")
    found = visit.page.locator("[data-role='search:results'] li", has_text="invoice")
    playwright_api.expect(found.first).to_be_visible(timeout=15_000)

    assert visit.foreign == []
    assert visit.errors == []


def test_staff_log_in_to_the_admin_and_see_an_order(visit: Visit, shop: Shop):
    wanted = {"items": [{"product_id": 1, "quantity": 1}]}
    order_id = shop.call("POST", "orders/", user=CUSTOMER, body=wanted).json()["id"]
    page = visit.page
    visit.log_in("admin")
    visit.open("/admin/orders/order/")

    page.locator("#result_list input.action-select").first.check()
    page.locator("select[name=action]").select_option("mark_processing")
    page.locator("button[name=index]").click()
    playwright_api.expect(page.locator(".desk-done")).to_be_visible()
    status = shop.call("GET", f"orders/{order_id}/", user=CUSTOMER).json()["status"]

    assert status == "processing"
    assert visit.foreign == []
    assert visit.errors == []


def test_every_kind_of_admin_page_keeps_to_its_own_policy(visit: Visit, shop: Shop):
    page = visit.page
    visit.log_in("admin")

    for path in ("", "catalog/product/", "catalog/product/add/", "orders/order/", "jobs/job/"):
        page.goto(f"{shop.url}/admin/{path}")
    page.goto(f"{shop.url}/admin/catalog/product/1/change/")
    page.locator("#id_name").fill("Tea")
    page.locator("input[name=_save]").click()
    playwright_api.expect(page.locator(".messagelist .success")).to_be_visible()

    assert visit.foreign == []
    assert visit.errors == []


def test_script_in_a_page_does_not_run(visit: Visit, shop: Shop):
    visit.page.goto(f"{shop.url}/admin/login/")
    visit.page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x: onerror=\"window.hit = 1\">')"
    )
    playwright_api.expect(visit.page.locator("img")).to_have_count(1)
    visit.page.wait_for_function("document.images[0].complete")
    hit = visit.page.evaluate("window.hit")

    assert hit is None
    assert any("script-src" in error for error in visit.errors)
