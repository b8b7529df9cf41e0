"""Nothing that staff look for lies off the screen: columns at 1280 px, fields to type into on a phone."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.admin_addresses import every_page
from tests.support.browser import Visit, needs_chromium
from tests.support.embedded_store import CUSTOMER, Shop, embedded_environment, free_port, store
from tests.support.processes import BASE_DIR

pytestmark = [needs_chromium, pytest.mark.long]

PHONE = {"width": 390, "height": 844}
# Values as wide as those of a living shop, in each list.
FILL = """
from django.utils import timezone
from apps.catalog.models import Category, Product, StockMovement
from apps.delivery.models import DeliveryMethod, DeliveryZone
from apps.jobs.models import Job
from apps.orders.models import Order
from apps.promotions.models import PromotionCode
from apps.users.models import EndReason, Session, User
now = timezone.now()
clerk = User.objects.create_user(
    "konstantin.konstantinopolsky", "konstantin.konstantinopolsky@pochta.example.com", is_staff=True
)
Category.objects.filter(pk=1).update(name="Электроинструменты и оборудование", slug="elektroinstrumenty")
product = Product.objects.get(pk=1)
Product.objects.filter(pk=1).update(
    name="Аккумуляторная дрель-шуруповёрт с набором оснастки", category_id=1, stock=1_234_567,
    price="12345678.90", sku="ДРЕЛЬ-ШУРУПОВЁРТ-АККУМУЛЯТОРНАЯ-18В-2023-001",
)
StockMovement.objects.create(
    product=product, kind="adjusted", delta=-1_234_567, stock=1_234_567, created_by=clerk,
    reason="Пересчёт по распоряжению заведующего складом",
)
Order.objects.update(user=clerk, total_price="12345678.90", items_total="12345678.90")
Job.objects.filter(subject__startswith="order:").update(
    status="failed", attempts=5, last_error="ConnectionRefusedError: [Errno 111] Connection refused",
)
DeliveryMethod.objects.create(
    code="kuryerskaya-dostavka-do-dveri-s-primerkoi", kind="courier",
    name_ru="Курьерская доставка до двери с примеркой",
)
zone = DeliveryZone.objects.create(name="Московская область, города-спутники и аэропорты")
for prefix in range(100_000, 100_006):
    zone.members.create(country="RU", region="Московская область", postal_prefix=str(prefix))
code = PromotionCode.objects.first()
PromotionCode.objects.filter(pk=code.pk).update(code="VOZVRASHCHAYTES-ZA-POKUPKAMI-2026", used=1_234_567)
code.promotion.name_ru = "Скидка на электроинструменты для постоянных покупателей"
code.promotion.save()
code.promotion.redemptions.create(code=code, order_id=1, user=clerk, released_at=now)
for session in Session.objects.all():
    session.user, session.ip, session.ended_at = clerk, "2001:db8:85a3:8d3:1319:8a2e:370:7348", now
    session.device = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    session.ended_because = EndReason.REVOKED
    session.save()
"""
CUT_COLUMNS = """() => {
    const list = document.querySelector("#result_list");
    if (!list) {
        return [];  // there are no rows
    }
    const edge = Math.min(innerWidth, list.parentElement.getBoundingClientRect().right) + 1;
    return [...list.querySelectorAll("thead th")]
        .filter((head) => head.getBoundingClientRect().right > edge)
        .map((head) => head.innerText.trim());
}"""
CUT_FIELDS = """() => {
    const clips = (box) => getComputedStyle(box).overflowX !== "visible";
    const edges = (field) => {
        let [left, right] = [0, innerWidth];
        for (let box = field.parentElement; box !== document.body; box = box.parentElement) {
            if (clips(box)) {
                const {left: from, right: to} = box.getBoundingClientRect();
                [left, right] = [Math.max(left, from), Math.min(right, to)];
            }
        }
        return [left - 1, right + 1];
    };
    const isCut = (field) => {
        const {left, right, width} = field.getBoundingClientRect();
        const [from, to] = edges(field);
        return width > 1 && (left < from || right > to);
    };
    return [...document.querySelectorAll("#content :is(input, select, textarea, button, .select2-container)")]
        .filter((field) => field.checkVisibility({visibilityProperty: true}) && isCut(field))
        .map((field) => field.name || field.id || field.className);
}"""


@pytest.fixture(scope="module")
def shop(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    with store(folder, free_port()) as (shop, _process):
        shop.call("POST", "orders/", user=CUSTOMER, body={"items": [{"product_id": 1, "quantity": 1}]})
        page = Visit(browser, shop).log_in("admin")
        page.goto(f"{shop.url}/admin/catalog/product/export/")
        page.get_by_role("button", name="Export").click()
        page.get_by_role("link", name="Download").wait_for(timeout=30_000)
        subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", FILL],
            cwd=BASE_DIR, env=os.environ | embedded_environment(folder, 0), check=True,
        )  # fmt: skip
        yield shop


def test_every_column_of_a_list_is_in_sight_on_a_desktop(browser: Any, shop: Shop):
    visit = Visit(browser, shop, locale="ru-RU", viewport={"width": 1280, "height": 900})
    visit.log_in("admin")
    cut = {address: found_at(visit, address, CUT_COLUMNS) for address in every_page() if is_list(address)}

    assert len(cut) >= 3
    assert {address: columns for address, columns in cut.items() if columns} == {}


def test_every_field_is_on_the_screen_of_a_phone(browser: Any, shop: Shop):
    visit = Visit(browser, shop, locale="ru-RU", viewport=PHONE)
    visit.log_in("admin")
    cut = {address: found_at(visit, address, CUT_FIELDS) for address in every_page()}

    assert {address: fields for address, fields in cut.items() if fields} == {}


def is_list(address: str) -> bool:
    return re.fullmatch(r"/admin/\w+/\w+/", address) is not None


def found_at(visit: Visit, address: str, script: str) -> Any:
    return visit.open(address).evaluate(script)
