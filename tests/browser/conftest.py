"""What tests of pages share: a browser, in which each opens windows of its own, and a store for each file."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.browser import chromium
from tests.support.embedded_store import Shop, free_port, store


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Return a running Chromium. While it runs, this process must not use the database itself."""
    with chromium() as browser:
        yield browser


@pytest.fixture(autouse=True)
def no_windows_left(browser: Any) -> Iterator[None]:
    """Close the windows of a test, with their cookies."""
    yield
    for context in browser.contexts:
        context.close()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Return a store with the demo data, which the tests of a file share."""
    with store(tmp_path_factory.mktemp("shop"), free_port()) as (shop, _process):
        yield shop
