"""A real browser for the tests of pages: Chromium, what it asked for and what went wrong in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.embedded_store import PASSWORD, Shop

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).resolve().parents[2] / "clients/node_modules/axe-core/axe.min.js"
SERIOUS = {"serious", "critical"}
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}

needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"needs {CHROMIUM}")
needs_axe = pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: make clients")


@contextmanager
def chromium() -> Iterator[Any]:
    """Run a browser."""
    playwright_api = pytest.importorskip(
        "playwright.sync_api", reason="needs playwright: requirements-dev.txt"
    )
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


class Visit:
    """A page in a window of its own, with what it asked for and what went wrong in it."""

    def __init__(self, browser: Any, shop: Shop, **options: Any) -> None:
        self.shop = shop
        self.context = browser.new_context(**{"locale": "en-GB", "viewport": DESKTOP, **options})
        self.page = self.context.new_page()
        self.addresses: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.addresses.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message: Any) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.errors.append(message.text)

    def open(self, path: str) -> Any:
        """Go to a page of the store and return it."""
        answer = self.page.goto(f"{self.shop.url}{path}")
        assert answer.ok, f"{path}: {answer.status}"
        return self.page

    def log_in(self, username: str, password: str = PASSWORD) -> Any:
        """Log in to the admin and return its dashboard."""
        page = self.open("/admin/login/?next=/admin/")
        page.locator("#id_username").fill(username)
        page.locator("#id_password").fill(password)
        page.locator("input[type=submit]").click()
        page.locator("#user-tools").wait_for()
        return page

    @property
    def foreign(self) -> list[str]:
        """Return the addresses beyond the store that were asked for."""
        own = (f"{self.shop.url}/", "data:", f"blob:{self.shop.url}")
        return [address for address in self.addresses if not address.startswith(own)]

    def hindrances(self, *, within: str = "html", besides: tuple[str, ...] = ()) -> list[str]:
        """Return what axe-core finds on the present page that hinders people seriously.

        It looks at what is `within`, and not by the rules `besides`.
        """
        noted = list(self.errors)
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        findings = self.page.evaluate(
            "([within, rules]) => axe.run(within, {rules})",
            [within, dict.fromkeys(besides, {"enabled": False})],
        )["violations"]
        self.errors = noted  # axe-core's own attempts to write styles are none of the page's
        return [
            f"{finding['id']}: {node['html'][:200]}"
            for finding in findings
            if finding["impact"] in SERIOUS
            for node in finding["nodes"]
        ]
