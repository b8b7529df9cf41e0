"""Cached responses: bytes with their ETag, expiry and the tokens of their scope."""

import hashlib
import re
import time
from dataclasses import dataclass, field
from typing import Any, Self

from apps.core.caching.etags import etag_of

HIT, MISS, BYPASS = "hit", "miss", "bypass"
_KEPT = re.compile(rb'(?P<expires_at>[0-9]{1,12}) (?P<mark>[0-9a-f]{32}) (?P<etag>"[0-9a-f]{32}")\n')


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """The body of a response, its strong ETag, and whether it was kept, is kept from now on, or is not."""

    body: bytes
    etag: str
    outcome: str = field(default=BYPASS, compare=False)

    @classmethod
    def of(cls, body: bytes, outcome: str = BYPASS) -> Self:
        """Return the response with this body."""
        return cls(body, etag_of(body), outcome)


def packed(response: CachedResponse, tokens: list[str], expires_at: float) -> bytes:
    """Return what is kept of the response: it is good until then (by time.time()) and with these tokens."""
    return b"%d %s %s\n%s" % (expires_at, _mark_of(tokens), response.etag.encode(), response.body)


def unpacked(kept: Any, tokens: list[str]) -> CachedResponse | None:
    """Return the response that is kept; None when it has expired, has other tokens, or is something else."""
    match = _KEPT.match(kept) if isinstance(kept, bytes) else None
    if match is None or match["mark"] != _mark_of(tokens) or int(match["expires_at"]) <= time.time():
        return None
    return CachedResponse(kept[match.end() :], match["etag"].decode(), HIT)


def _mark_of(tokens: list[str]) -> bytes:
    # Of one length, and without surprises, whatever the cache says that the tokens are.
    return hashlib.sha256("\n".join(tokens).encode()).hexdigest()[:32].encode()
