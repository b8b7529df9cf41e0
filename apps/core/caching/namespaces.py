"""Cache namespaces: responses kept as rendered bytes, and dropped by scope after a commit.

Memcached cannot delete by prefix, so each scope has a random token that is kept with its responses: a new
token drops everything at once. The tokens are read before the database is. A response built from rows that
change meanwhile is stored with the old tokens, which nobody trusts any more.
"""

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.dispatch import Signal
from django.utils.translation import get_language

from apps.core.caching.responses import HIT, MISS, CachedResponse, packed, unpacked
from apps.core.database import replica
from apps.core.observability.metrics import CACHE_READS, count

EVERYONE = "everyone"
# Seconds. How long one waits for another who builds the same response, and how soon a builder who died is
# forgotten. Both are longer than a response takes.
BUILDING_SECONDS = 2
POLL_SECONDS = 0.005
drop_lost = Signal()  # with the `namespace`, all of which its receiver has to drop until that succeeds
namespaces: dict[str, "CacheNamespace"] = {}  # by name
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look into the cache has shown: the scope's tokens, None without a cache, and the response."""

    tokens: list[str] | None
    response: CachedResponse | None = None


@dataclass(slots=True)
class _PendingDrop:
    """A drop that waits for a commit, on behalf of however many writes."""

    namespace: "CacheNamespace"
    scopes: tuple[str, ...]
    is_over: bool = False

    def is_for(self, namespace: "CacheNamespace", scopes: tuple[str, ...]) -> bool:
        """Tell whether it is still to come, and of these."""
        return not self.is_over and self.namespace is namespace and self.scopes == scopes

    def drop(self) -> None:
        """Drop them, once for all writes of the transaction."""
        if not self.is_over:
            self.is_over = True
            self.namespace.drop_or_tell(self.scopes)


class NotDropped(Exception):
    """The cache could not be told that what it keeps is old."""

    def __init__(self, name: str, scopes: Sequence[str]) -> None:
        super().__init__(f"The cache has not dropped what it keeps of {name} for {', '.join(scopes)}")


class CacheNamespace:
    """Responses of one kind, kept for at most `timeout` seconds, for everyone alike or by narrower scopes.

    `by_language`: their bodies differ by the language of the response.

    None is kept beyond what `until` returns of the present moment: what it shows changes then by itself.
    """

    def __init__(
        self,
        name: str,
        *,
        timeout: int,
        until: Callable[[datetime], datetime] | None = None,
        replicated: bool = False,
        names_people: bool = False,
        by_language: bool = False,
    ) -> None:
        self.name = name
        self.timeout = timeout
        self._until = until
        self._names_people = names_people
        self._by_language = by_language
        self._replicated = replicated  # may be built from a replica of the database
        namespaces[name] = self

    def variant(self) -> str:
        """Return what an address begins with, to be that of a response in the language of now."""
        return f"{get_language()} " if self._by_language else ""

    def get(self, scope: str, address: str) -> CachedResponse | None:
        """Return the response kept for the address in the scope, if there is one."""
        response = self._look(scope, self._key(scope, address)).response
        if response is not None:
            count(CACHE_READS, self.name, HIT)
        return response

    def get_or_build(self, scope: str, address: str, build: Callable[[], bytes]) -> CachedResponse:
        """Return the response kept for the address in the scope; else build it and keep it.

        Whatever the cache does, a response older than the timeout is not returned. Without a cache every
        response is built. Of many who miss a response for everyone at once, one builds it.
        """
        key = self._key(scope, address)
        look = self._look(scope, key)
        if look.response is None and look.tokens is not None and scope == EVERYONE:
            with self._turn(key) as is_mine:
                if not is_mine:
                    look = self._look_again(scope, key)
                response = look.response or self._built(scope, key, look.tokens, build)
        else:
            response = look.response or self._built(scope, key, look.tokens, build)
        count(CACHE_READS, self.name, response.outcome)
        return response

    def drop_on_commit(self, *scopes: str) -> None:
        """Drop everything kept for the scopes, or without one everything, once the transaction is committed.

        Not before: until then a reader would fill the emptied scope with the old rows again.
        """
        # A method, no partial: Django would look for its name, should it fail, and fail itself.
        transaction.on_commit(self._pending(scopes or (EVERYONE,)).drop, robust=True)

    def drop(self, *scopes: str) -> None:
        """Drop everything kept for the scopes, at once.

        Raises NotDropped when a server of the cache may still show it.
        """
        tokens = {self._token_key(scope): self._new_token() for scope in scopes}
        try:
            # One of several Memcached servers alone would not do: see `set_everywhere`.
            lost = getattr(cache, "set_everywhere", cache.set_many)(tokens, timeout=None)
        except OSError as error:  # of the files of the embedded mode
            raise NotDropped(self.name, scopes) from error
        if lost:
            raise NotDropped(self.name, scopes)

    def _look(self, scope: str, key: str) -> _Look:
        token_keys = sorted({self._token_key(EVERYONE), self._token_key(scope)})
        found = cache.get_many([*token_keys, key])
        for token_key in token_keys:
            if token_key in found:
                continue
            token = self._new_token()
            # add() says no when another reader was faster, and when the cache is away: only a second read can
            # tell.
            found[token_key] = token if cache.add(token_key, token, timeout=None) else cache.get(token_key)
            if found[token_key] is None:
                return _Look(None)
        tokens = [str(found[token_key]) for token_key in token_keys]
        return _Look(tokens, unpacked(found.get(key), tokens))

    @contextmanager
    def _turn(self, key: str) -> Iterator[bool]:
        """Tell whether it is this caller's turn to build the response, and give the turn up in the end."""
        is_mine = bool(cache.add(_turn_key(key), 1, BUILDING_SECONDS))
        try:
            yield is_mine
        finally:
            if is_mine:
                cache.delete(_turn_key(key))

    def _look_again(self, scope: str, key: str) -> _Look:
        """Wait for whoever builds the response, and return what there is then."""
        deadline = time.monotonic() + BUILDING_SECONDS
        while True:
            is_over = time.monotonic() > deadline or cache.get(_turn_key(key)) is None
            look = self._look(scope, key)
            if look.response is not None or is_over:
                return look
            time.sleep(POLL_SECONDS)

    def _built(
        self, scope: str, key: str, tokens: list[str] | None, build: Callable[[], bytes]
    ) -> CachedResponse:
        if tokens is None:
            return CachedResponse.of(build())
        now = time.time()
        expires_at = now + self.timeout
        if self._until:
            expires_at = min(expires_at, self._until(datetime.fromtimestamp(now, UTC)).timestamp())
        positions = [token.partition("@")[2] for token in tokens]
        body = replica.read(build, since=positions) if self._replicated else build()
        response = CachedResponse.of(body, MISS)
        cache.set(key, packed(response, tokens, expires_at), self.timeout)
        if self._names_people and self._look(scope, key).tokens != tokens:
            cache.delete(key)  # it was dropped while it was built, perhaps with the person whom it names
        return response

    def _pending(self, scopes: tuple[str, ...]) -> "_PendingDrop":
        """Return the drop of these scopes that the transaction's earlier writes wait for; else a new one."""
        for _savepoints, hook, _robust in reversed(transaction.get_connection().run_on_commit):
            found = getattr(hook, "__self__", None)
            if isinstance(found, _PendingDrop) and found.is_for(self, scopes):
                return found
        return _PendingDrop(self, scopes)

    def drop_or_tell(self, scopes: Sequence[str]) -> None:
        """Drop them at once; where that fails, tell whoever repeats it (`drop_lost`)."""
        try:
            self.drop(*scopes)
        except NotDropped as failure:
            logger.warning("%s: this is tried again", failure)
            drop_lost.send(CacheNamespace, namespace=self)

    def _new_token(self) -> str:
        # Random: a counter would begin again, and repeat itself, after an eviction.
        return f"{secrets.token_hex(8)}@{replica.position() if self._replicated else replica.UNKNOWN}"

    def _token_key(self, scope: str) -> str:
        return f"{self.name}:{scope}:token"

    def _key(self, scope: str, address: str) -> str:
        return f"{self.name}:{scope}:{hashlib.sha256(address.encode()).hexdigest()[:32]}"


def wipe_on_commit() -> None:
    """Delete the bytes of all responses, once the transaction is committed, where they would stay for long.

    A new token puts responses out of reach. Memcached then gives up their bytes when they expire; of the
    files of the embedded mode nobody would.
    """
    if settings.STORE_EMBEDDED:
        transaction.on_commit(cache.clear, robust=True)


def _turn_key(key: str) -> str:
    return f"{key}:turn"
