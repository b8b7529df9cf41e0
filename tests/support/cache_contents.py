"""The contents of the cache, behind the store's back: looking past it, and taking from it."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import unquote

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.dummy import DummyCache
from pymemcache.client.base import Client


@contextmanager
def without_cache() -> Iterator[None]:
    """Let this thread reach no cache: what it reads is built anew, what it drops is not dropped."""
    usual = caches["default"]
    caches["default"] = DummyCache("", {})
    try:
        yield
    finally:
        caches["default"] = usual


def forget(is_lost: Callable[[int], bool]) -> None:
    """Remove tokens and answers from the cache, those whose place in it is lost."""
    if settings.STORE_EMBEDDED:
        for place, path in enumerate(sorted(Path(settings.CACHES["default"]["LOCATION"]).glob("*.djcache"))):
            if is_lost(place):
                path.unlink(missing_ok=True)
        return
    host, _, port = settings.CACHES["default"]["LOCATION"][0].rpartition(":")
    with closing(Client((host, int(port)))) as server:
        listed = server.raw_command(b"lru_crawler metadump all", end_tokens=b"END\r\n").splitlines()
        keys = sorted(
            unquote(line.split()[0].decode().removeprefix("key=")) for line in listed if b"=" in line
        )
        for place, key in enumerate(keys):
            if is_lost(place):
                server.delete(key)
