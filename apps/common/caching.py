"""Answers kept in the cache as rendered bytes, dropped by scope after a commit.

Memcached cannot delete by prefix, so each scope has a random token that is part of its keys: a new token
drops everything at once. The tokens are read before the database is. An answer computed from rows that change
meanwhile is stored under the old tokens, and nobody asks for that key any more.
"""

import hashlib
import re
import secrets
import time
from collections.abc import Callable, Iterable
from functools import wraps
from http import HTTPStatus
from typing import Any, NamedTuple, Self

from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from rest_framework.request import Request

from apps.common import replica
from apps.common.contract import raises, sends
from apps.common.exceptions import PreconditionFailed
from apps.common.metrics import CACHE_READS, count
from apps.common.preconditions import etag_of, refuse_other_version, rendered
from apps.common.throttling import spend

EVERYONE = "everyone"
_KEPT = re.compile(rb'(?P<expires_at>[0-9]{1,12}) (?P<etag>"[0-9a-f]{32}")\n')


class Answer(NamedTuple):
    """The body of an answer and its strong ETag."""

    body: bytes
    etag: str

    @classmethod
    def of(cls, body: bytes) -> Self:
        """Return the answer with this body."""
        return cls(body, etag_of(body))


class CacheNamespace:
    """Answers of one kind, kept for at most `timeout` seconds, for everyone alike or by narrower scopes."""

    def __init__(self, name: str, *, timeout: int, replicated: bool = False) -> None:
        self.name = name
        self.timeout = timeout
        self._replicated = replicated  # may be built from a replica of the database

    def get_or_build(self, scope: str, address: str, build: Callable[[], bytes]) -> Answer:
        """Return the answer kept for the address in the scope; else build it and keep it.

        Whatever the cache does, an answer older than the timeout is not returned. Without a cache every
        answer is built.
        """
        tokens = self._tokens({EVERYONE, scope})
        if tokens is None:
            count(CACHE_READS, self.name, "bypass")
            return Answer.of(build())
        digest = hashlib.sha256("\n".join([*tokens, address]).encode()).hexdigest()
        key = f"{self.name}:{scope}:{digest}"
        answer = _unpacked(cache.get(key))
        count(CACHE_READS, self.name, "miss" if answer is None else "hit")
        if answer is None:
            expires_at = time.time() + self.timeout
            answer = Answer.of(self._built(build, tokens))
            cache.set(key, _packed(answer, expires_at), self.timeout)
        return answer

    def drop_on_commit(self, *scopes: str) -> None:
        """Drop everything kept for the scopes, or without one everything, once the transaction is committed.

        Not before: until then a reader would fill the emptied scope with the old rows again.
        """
        # No partial: Django would look for its name, should it fail, and fail itself.
        transaction.on_commit(lambda: self._drop(scopes or (EVERYONE,)), robust=True)

    def _built(self, build: Callable[[], bytes], tokens: list[str]) -> bytes:
        if not self._replicated:
            return build()
        return replica.read(build, since=[token.partition("@")[2] for token in tokens])

    def _drop(self, scopes: Iterable[str]) -> None:
        cache.set_many({self._token_key(scope): self._new_token() for scope in scopes}, timeout=None)

    def _tokens(self, scopes: set[str]) -> list[str] | None:
        keys = sorted(map(self._token_key, scopes))
        found = cache.get_many(keys)
        for key in keys:
            if key in found:
                continue
            token = self._new_token()
            # add() says no when another reader was faster, and when the cache is away: only a second read can
            # tell.
            found[key] = token if cache.add(key, token, timeout=None) else cache.get(key)
            if found[key] is None:
                return None
        return [str(found[key]) for key in keys]

    def _new_token(self) -> str:
        # Random: a counter would begin again, and repeat itself, after an eviction.
        return f"{secrets.token_hex(8)}@{replica.position() if self._replicated else replica.UNKNOWN}"

    def _token_key(self, scope: str) -> str:
        return f"{self.name}:{scope}:token"


def cached_answer(
    namespace: CacheNamespace, *, scope: Callable[[Request], str | None], public: bool = False
) -> Callable[..., Any]:
    """Decorate a reading view method, so that its answer comes from the namespace, with an ETag.

    `scope` names who may see the answer, by the request; None: it is built for this request alone. The method
    is decorated, not `dispatch`: authentication, permissions and query checks run before the cache answers.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
        @raises(PreconditionFailed)
        @sends("Cache-Control", "ETag", on=(200, 304))
        @wraps(method)
        def read(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            def build() -> bytes:
                if public and not request.user.is_authenticated:  # others were counted before
                    spend(request, view)
                return rendered(method(view, request, *args, **kwargs).data)

            if (who := scope(request)) is None:
                answer = Answer.of(build())
            else:
                # The full address, host included: the links of a page repeat it. What is not for everyone is
                # kept for each reader, who may be shown what others are not.
                reader = "" if public else request.user.pk
                answer = namespace.get_or_build(who, f"{reader} {request.build_absolute_uri()}", build)
            return answer_response(request, answer, public=public and who is not None)

        read.is_counted_when_built = public  # type: ignore[attr-defined]  # asked for by BudgetThrottle
        return read

    return decorate


def answer_response(
    request: HttpRequest | Request,
    answer: Answer,
    *,
    public: bool = False,
    content_type: str = "application/json",
) -> HttpResponseBase:
    """Return 200 with the answer, or 304 when the client already has it (RFC 9110, 13.2.2).

    Raises PreconditionFailed when the client wants another version (`If-Match`).
    """
    refuse_other_version(request, answer.etag)
    response = HttpResponse(answer.body, content_type=content_type)
    response["ETag"] = answer.etag
    response["Cache-Control"] = "public, no-cache" if public else "private, no-cache"
    patch_vary_headers(response, ("Authorization",))
    known = {etag.removeprefix("W/") for etag in parse_etags(request.headers.get("If-None-Match", ""))}
    if {"*", answer.etag} & known:
        response.status_code, response.content = HTTPStatus.NOT_MODIFIED, b""
        del response["Content-Type"]
    return response


def _packed(answer: Answer, expires_at: float) -> bytes:
    return b"%d %s\n%s" % (expires_at, answer.etag.encode(), answer.body)


def _unpacked(kept: Any) -> Answer | None:
    match = _KEPT.match(kept) if isinstance(kept, bytes) else None
    if match is None or int(match["expires_at"]) <= time.time():
        return None
    return Answer(kept[match.end() :], match["etag"].decode())
