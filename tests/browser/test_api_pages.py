"""The pages in a real browser: everything comes from the store, and nothing breaks the policy of content."""

import re
from typing import Any

import pytest

from tests.support.browser import Visit, needs_chromium
from tests.support.embedded_store import CUSTOMER, PASSWORD, Shop
from tests.support.parameters import spread

playwright_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: requirements-dev.txt")

pytestmark = [needs_chromium, pytest.mark.long]

# Each page, and a part of it that is drawn last.
DOCUMENTATION = {
    "/api/problems/": "td",
    "/api/problems/uri_too_long/": "pre",
    "/api/schema/swagger-ui/": ".opblock",
    "/api/schema/redoc/": "h1",
}
LOOKS = """() => {
    const shown = [...document.images].filter((image) => image.getClientRects().length);
    const dots = (element) => getComputedStyle(element).backgroundColor.match(/[\\d.]+/g).map(Number);
    const page = ["#redoc", "body"].map((part) => document.querySelector(part)).find(Boolean);
    return {
        beyond: Math.max(0, document.documentElement.scrollWidth - innerWidth),
        broken: shown.filter((image) => !image.naturalWidth).length,
        scheme: dots(page)[0] < 64 ? "dark" : "light",
    };
}"""


@pytest.fixture
def visit(browser: Any, shop: Shop) -> Visit:
    return Visit(browser, shop)


def test_customer_logs_in_and_places_an_order_in_swagger_ui(visit: Visit, shop: Shop):
    page = visit.page
    page.goto(f"{shop.url}/")

    page.get_by_role("button", name="Authorize").first.click()
    page.locator("#auth-bearer-value").fill(shop.token(CUSTOMER))
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


def test_authorize_logs_in_with_name_and_password(visit: Visit, shop: Shop):
    page = visit.page
    page.goto(f"{shop.url}/api/schema/swagger-ui/")
    page.get_by_role("button", name="Authorize").first.click()

    login = page.locator(".store-login")
    login.get_by_label("Username or e-mail").fill(CUSTOMER)
    login.get_by_label("Password").fill("wrong-horse-battery")
    login.get_by_role("button").click()
    playwright_api.expect(page.get_by_role("alert")).to_have_text("Wrong username or password.")
    visit.errors.clear()  # the browser tells of the 401
    login.get_by_label("Password").fill(PASSWORD)
    login.get_by_label("Password").press("Enter")
    playwright_api.expect(page.get_by_role("button", name="Remove authorization")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    call = page.locator("#operations-auth-getOwnAccount")
    call.locator(".opblock-summary-control").click()
    call.get_by_role("button", name="Try it out").click()
    call.get_by_role("button", name="Execute").click()
    body = call.locator(".live-responses-table .response .highlight-code").first

    playwright_api.expect(body).to_contain_text(f'"username": "{CUSTOMER}"', timeout=15_000)
    assert visit.foreign == []
    assert visit.errors == []


OF_CUSTOMERS = [
    "auth",
    "products",
    "product-groups",
    "categories",
    "orders",
    "payment-methods",
    "payments",
    "address-rules",
    "pickup-points",
]


def groups_of(page: Any, headings: str) -> list[str]:
    page.locator(headings).first.wait_for()
    names: list[str] = page.locator(headings).evaluate_all(
        "groups => groups.map(each => each.innerText.split(/\\s/)[0])"
    )
    return names


@pytest.mark.parametrize(("width", "scheme"), spread([390, 1280], ["light", "dark"]))
def test_pages_fit_the_screen_have_no_broken_picture_and_follow_the_scheme(
    browser: Any, shop: Shop, scheme: str, width: int
):
    visit = Visit(browser, shop, color_scheme=scheme, viewport={"width": width, "height": 844})
    seen = {}
    for path, part in DOCUMENTATION.items():
        page = visit.open(path)
        page.locator(part).first.wait_for()
        seen[path] = page.evaluate(LOOKS)

    assert seen == dict.fromkeys(DOCUMENTATION, {"beyond": 0, "broken": 0, "scheme": scheme})
    assert visit.foreign == []
    assert visit.errors == []


def test_swagger_ui_begins_with_customers_and_its_calls_fit_a_phone(browser: Any, shop: Shop):
    visit = Visit(browser, shop, viewport={"width": 390, "height": 844})
    page = visit.open("/api/schema/swagger-ui/")
    names = groups_of(page, "h3.opblock-tag")
    beyond = {}
    for operation in ("orders-placeOrder", "products-listProducts"):
        call = page.locator(f"#operations-{operation}")
        call.locator(".opblock-summary-control").click()
        call.locator(".responses-table").first.wait_for()
        beyond[operation] = page.evaluate(LOOKS)["beyond"]
        call.locator(".opblock-summary-control").click()  # folds it again

    assert names == [*OF_CUSTOMERS, "admin"]
    assert beyond == {"orders-placeOrder": 0, "products-listProducts": 0}


def test_what_is_code_in_a_problem_is_shown_as_code(visit: Visit):
    page = visit.open("/api/problems/not_authenticated/")

    assert page.locator("main p code").all_inner_texts() == ["Authorization: Bearer …"]
    assert "`" not in page.locator("main").inner_text()


def test_redoc_begins_with_customers_shows_the_calls_and_finds_them_with_its_worker(visit: Visit, shop: Shop):
    page = visit.page
    page.goto(f"{shop.url}/api/schema/redoc/")
    menu = "[role=menuitem][data-item-id^=tag]:not([data-item-id*=operation]) > label"
    assert groups_of(page, menu) == [*OF_CUSTOMERS, "admin"]
    heading = page.get_by_role("heading", name=re.compile("Place an order"))
    playwright_api.expect(heading.first).to_be_visible(timeout=15_000)

    page.locator("input.search-input").fill("invoice")
    found = page.locator("[data-role='search:results'] li", has_text="invoice")
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
    playwright_api.expect(page.locator(".store-done")).to_be_visible()
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
