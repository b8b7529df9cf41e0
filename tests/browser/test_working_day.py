"""A working day of each role in a real browser: what they come to do can be done, and nothing else."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.import_export.tests.export_pages import cells_of
from tests.support.browser import Visit, needs_chromium
from tests.support.embedded_store import (
    CUSTOMER,
    PASSWORD,
    STAFF,
    Shop,
    embedded_environment,
    free_port,
    store,
)
from tests.support.processes import BASE_DIR, wait_for

pytestmark = [needs_chromium, pytest.mark.long]

STAFF_OF_ROLES = {
    "olga": "Order desk",
    "stas": "Stock clerk",
    "katya": "Catalogue editor",
    "sonya": "Support",
}
HIRE = f"""
from django.contrib.auth.models import Group
from apps.users.models import User
for name, role in {STAFF_OF_ROLES!r}.items():
    user = User.objects.create_user(name, name + "@example.com", {PASSWORD!r}, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
"""
FAIL = """
from apps.jobs.models import Job
Job.objects.filter(key="invoice:{}").update(status="failed", attempts=5, last_error="No ink")
"""

COUNT_CLICKS = (
    "addEventListener('click', () => sessionStorage.clicks = 1 + Number(sessionStorage.clicks ?? 0))"
)

Enter = Callable[[str], Visit]


class Office:
    """The store that they work in, and its database."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        self.shop, self._folder = shop, folder

    def tell(self, code: str) -> None:
        """Run a piece of code in the store's own environment."""
        environment = os.environ | embedded_environment(self._folder, 0)
        subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
            cwd=BASE_DIR, env=environment, check=True,
        )  # fmt: skip

    def buy(self, *product_ids: int, quantity: int = 1) -> int:
        """Place an order as the demo's customer, and return its number."""
        items = [{"product_id": product_id, "quantity": quantity} for product_id in product_ids]
        return self.shop.call("POST", "orders/", user=CUSTOMER, body={"items": items}).json()["id"]

    def status_of(self, order_id: int) -> str:
        return self.shop.call("GET", f"orders/{order_id}/", user=STAFF).json()["status"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    with store(folder, free_port()) as (shop, _process):
        office = Office(shop, folder)
        office.tell(HIRE)
        yield office


@pytest.fixture
def enter(browser: Any, office: Office) -> Iterator[Enter]:
    """Return a function that logs somebody in; afterwards nothing may have gone wrong in the pages."""
    visits = []

    def enter(name: str) -> Visit:
        visit = Visit(browser, office.shop)
        visit.log_in(name)
        visits.append(visit)
        return visit

    yield enter
    assert [visit.errors for visit in visits] == [[] for _visit in visits]
    assert [visit.foreign for visit in visits] == [[] for _visit in visits]


def test_order_desk_ships_ten_orders_at_once_and_cancels_one_with_a_reason(office: Office, enter: Enter):
    order_ids = [office.buy(1) for _number in range(11)]
    page = enter("olga").page

    find(page, "/admin/orders/order/", "customer@example.com")
    act(page, "mark_processing", rows=11)
    assert summary(page) == "Done: 11 orders."
    find(page, "/admin/orders/order/", "customer@example.com")
    act(page, "mark_shipped", rows=10)
    assert summary(page) == "Done: 10 orders."
    page.goto(f"{office.shop.url}/admin/orders/order/{order_ids[0]}/change/")
    page.get_by_label("Reason").fill("The customer has moved")
    page.get_by_role("button", name="Cancel the order").click()
    assert "The order is now “cancelled”." in page.locator(".messagelist").inner_text()

    assert [office.status_of(order_id) for order_id in order_ids] == ["cancelled", *["shipped"] * 10]
    order = office.shop.call("GET", f"orders/{order_ids[0]}/", user=CUSTOMER).json()
    assert order["history"][-1]["comment"] == "The customer has moved"


def test_ten_pending_orders_are_shipped_by_five_clicks_from_the_dashboard(office: Office, enter: Enter):
    visit = enter("olga")
    order_ids = [office.buy(5) for _number in range(10)]
    visit.context.add_init_script(COUNT_CLICKS)
    page = visit.open("/admin/")

    page.get_by_role("link", name="To process").click()
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option("process_and_ship")
    page.locator("button[name=index]").first.click()

    assert summary(page) == "Done: 10 orders."
    assert page.locator(".store-report tbody tr").count() == 10
    by_select = 2  # clicks, of which a page hears nothing
    assert page.evaluate("Number(sessionStorage.clicks)") + by_select == 5
    assert [office.status_of(order_id) for order_id in order_ids] == ["shipped"] * 10

    page.get_by_role("link", name="Back to the list").click()

    assert page.url == f"{office.shop.url}/admin/orders/order/?status__exact=pending"
    assert page.locator("#result_list tbody tr").count() == 0


def test_order_desk_runs_a_failed_job_again(office: Office, enter: Enter):
    order_id = office.buy(2)
    wait_for(lambda: set(office.shop.jobs(order_id).values()) == {"done"})
    office.tell(FAIL.format(order_id))
    page = enter("olga").page

    page.goto(f"{office.shop.url}/admin/orders/order/?failed_job=yes")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="Invoice", exact=True).click()
    page.get_by_role("button", name=re.compile("Run .*again")).click()

    wait_for(lambda: office.shop.jobs(order_id)["invoice"] == "done")


def test_order_desk_takes_the_orders_of_a_day_into_a_spreadsheet(office: Office, enter: Enter):
    order_id = office.buy(3, quantity=2)
    page = enter("olga").page

    page.goto(f"{office.shop.url}/admin/orders/order/?q={order_id}")
    page.get_by_role("link", name="Export", exact=True).click()
    page.get_by_role("button", name="Export").click()
    link = page.get_by_role("link", name="Download")
    link.wait_for(timeout=30_000)
    with page.expect_download() as download:
        link.click()

    assert download.value.suggested_filename.endswith(".xlsx")
    rows = cells_of(Path(download.value.path()).read_bytes())
    assert [(row[0], row[3], row[4]) for row in rows] == [(order_id, "pending", CUSTOMER)]


def test_stock_clerk_corrects_a_count_and_counts_a_shelf(office: Office, enter: Enter):
    page = enter("stas").page
    stock = {product_id: stock_of(office, product_id) for product_id in (10, 11, 12)}

    page.goto(f"{office.shop.url}/admin/catalog/product/10/stock/")
    page.locator("#id_count_count").fill("77")
    page.locator("#id_count_reason").fill("Found behind the shelf")
    page.get_by_role("button", name="Save a count").click()
    assert "now in stock: 77" in page.locator(".messagelist").inner_text()
    page.goto(f"{office.shop.url}/admin/catalog/product/?pk__in=11,12")
    act(page, "stocktake", rows=2)
    cells = page.locator("table input[type=number], table input[type=text]")
    cells.nth(0).fill("5")
    cells.nth(1).fill("6")
    page.get_by_label("Reason").fill("Stocktake")
    page.get_by_role("button", name="Save the counts").click()
    assert summary(page) == "Done: 2 products."

    assert stock_of(office, 10) == 77 != stock[10]
    assert sorted(stock_of(office, product_id) for product_id in (11, 12)) == [5, 6]
    assert page.request.get(f"{office.shop.url}/admin/orders/order/").status == 403


def test_second_click_sends_nothing(office: Office, enter: Enter):
    page, sent = enter("stas").page, []
    page.goto(f"{office.shop.url}/admin/catalog/product/13/stock/")
    page.route("**/stock/", lambda route: sent.append(route))  # noqa: PLW0108  the store takes its time
    page.locator("#id_adjust_delta").fill("-1")
    page.locator("#id_adjust_reason").fill("Broken")
    box = page.get_by_role("button", name="Goods in or out").bounding_box()

    for _click in range(2):
        page.mouse.click(box["x"] + 5, box["y"] + 5)
        page.wait_for_timeout(300)

    assert [route.request.method for route in sent] == ["POST"]


def test_catalogue_editor_raises_the_prices_of_a_category(office: Office, enter: Enter):
    product = office.shop.call("GET", "products/20/").json()
    category_id = product["category"]["id"]
    visit = enter("katya")
    page = visit.page

    page.goto(f"{office.shop.url}/admin/catalog/product/?category__id__exact={category_id}")
    count = page.locator("#result_list tbody tr").count()
    act(page, "change_price", rows=count)
    page.get_by_label(re.compile("Percent")).fill("5")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Confirm").click()

    assert summary(page) == f"Done: {count} products."
    hundredths = round(float(product["price"]) * 105)
    assert office.shop.call("GET", "products/20/").json()["price"] == f"{hundredths / 100:.2f}"


def test_support_reads_everything_and_changes_nothing(office: Office, enter: Enter):
    order_id = office.buy(4)
    page = enter("sonya").page

    page.goto(f"{office.shop.url}/admin/orders/order/{order_id}/change/")
    text, buttons = page.locator("#content").inner_text(), page.locator("#content-main button").count()
    page.goto(f"{office.shop.url}/admin/catalog/product/4/change/")

    assert CUSTOMER in text
    assert buttons == 0
    assert page.locator("#content input:visible").count() == 0


def find(page: Any, path: str, text: str) -> None:
    """Search in a list."""
    page.goto(page.url.split("/admin/")[0] + path)
    page.locator("#searchbar").fill(text)
    page.locator("#changelist-search input[type=submit]").click()


def act(page: Any, action: str, *, rows: int) -> None:
    """Choose the first rows of a list, and an action for them."""
    boxes = page.locator("#result_list input.action-select")
    for number in range(rows):
        boxes.nth(number).check()
    page.locator("select[name=action]").select_option(action)
    page.locator("button[name=index]").first.click()


def summary(page: Any) -> str:
    """Return what a report says of all rows."""
    return re.sub(r"\s+", " ", page.locator(".store-summary").first.inner_text())


def stock_of(office: Office, product_id: int) -> int:
    return office.shop.call("GET", f"products/{product_id}/", user=STAFF).json()["stock"]
