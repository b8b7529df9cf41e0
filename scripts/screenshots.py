"""Pictures of the admin with a month of orders: `make screenshots` writes them into var/screenshots.

Front page, orders' list and one order, each in Russian and English, light and dark, on a desktop and a phone.
Needs Chromium (Debian: apt install chromium).
"""

import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

BASE_DIR = Path(__file__).resolve().parent.parent
FOLDER = BASE_DIR / "var" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
PORT = 8765
URL = f"http://127.0.0.1:{PORT}"
START_SECONDS = 60
DAYS, ORDERS_OF_A_DAY = 45, 6
LANGUAGES = {"ru": "ru-RU", "en": "en-GB"}
SCREENS = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
PAGES = {"front": "/admin/", "orders": "/admin/orders/order/", "order": "/admin/orders/order/{order}/change/"}


def main() -> None:
    """Make the pictures."""
    with tempfile.TemporaryDirectory(prefix="store-screenshots-") as folder:
        os.environ |= {
            "STORE_EMBEDDED": "true",
            "VAR_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "online_store.settings",
        }
        order_id = open_shop()
        with running_store():
            FOLDER.mkdir(parents=True, exist_ok=True)
            for name in take_pictures(order_id):
                print(FOLDER / name)


def open_shop() -> int:
    """Fill an empty store with customers who bought for some weeks; return an order with a failed job."""
    import django  # noqa: PLC0415  the settings above come first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("load_demo")
    order_id = _buy_and_ship()
    connections.close_all()
    return order_id


def _buy_and_ship() -> int:
    import time_machine  # noqa: PLC0415

    from apps.catalog.models import Product  # noqa: PLC0415
    from apps.jobs.models import Job  # noqa: PLC0415
    from apps.orders.checkout import BasketLine, Checkout  # noqa: PLC0415
    from apps.orders.services import change_status, place_order  # noqa: PLC0415
    from apps.orders.statuses import OrderStatus  # noqa: PLC0415
    from apps.users.models import User  # noqa: PLC0415

    random, now = Random(7), datetime.now(UTC)
    boss = User.objects.get(username="admin")
    names = ("anna", "boris", "vera", "grigory", "darya", "elena", "maxim", "nina")
    customers = [User.objects.create_user(name, f"{name}@example.com") for name in names]
    products = list(Product.objects.filter(stock__gt=40))
    last_id = 0
    for day in range(DAYS, -1, -1):
        for number in range(random.randint(1, ORDERS_OF_A_DAY) if day else ORDERS_OF_A_DAY):
            moment = now - timedelta(days=day, minutes=10 * number)
            lines = [
                BasketLine(each.pk, random.randint(1, 2))
                for each in random.sample(products, random.randint(1, 3))
            ]
            with time_machine.travel(moment, tick=False):
                order = place_order(user=random.choice(customers), checkout=Checkout(lines), language="ru")
                path = (
                    [OrderStatus.CANCELLED]
                    if random.random() < 0.1
                    else [*OrderStatus][1 : 4 if day > 3 else 1 + number % 3]
                )
                for status in path:
                    change_status(order_id=order.pk, new_status=status, changed_by=boss)
            last_id = order.pk
    Job.objects.filter(created_at__lt=now - timedelta(hours=2)).update(status="done", attempts=1)
    failed = Job.objects.filter(kind="invoice", subject=f"order:{last_id}")
    failed.update(status="failed", attempts=5, last_error="OSError: [Errno 28] No space left on device")
    return last_id


@contextmanager
def running_store() -> Iterator[None]:
    """Run the store until the pictures are taken.

    Raises TimeoutError when it does not start.
    """
    command = [sys.executable, "manage.py", "embedded"]
    environment = {**os.environ, "PORT": str(PORT)}
    with subprocess.Popen(command, cwd=BASE_DIR, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for_store()
            yield
        finally:
            process.terminate()


def _wait_for_store() -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urlopen(f"{URL}/healthz", timeout=2):
                return
        except URLError:
            time.sleep(0.2)
    raise TimeoutError(f"Nothing answers at {URL}")


def take_pictures(order_id: int) -> Iterator[str]:
    """Look at each page in each way, and yield the names of the pictures."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        ways = itertools.product(LANGUAGES, ("light", "dark"), SCREENS)
        for language, colours, screen in ways:
            look: Any = {"color_scheme": colours, "viewport": SCREENS[screen]}
            context = browser.new_context(locale=LANGUAGES[language], **look)
            page = context.new_page()
            _log_in(page)
            for name, path in PAGES.items():
                page.goto(URL + path.format(order=order_id))
                file = f"{name}-{language}-{colours}-{screen}.png"
                page.screenshot(path=FOLDER / file, full_page=screen == "phone")
                yield file
            context.close()
        browser.close()


def _log_in(page: Any) -> None:
    page.goto(f"{URL}/admin/login/?next=/admin/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", "online-store-demo")
    page.click("input[type=submit]")


if __name__ == "__main__":
    main()
