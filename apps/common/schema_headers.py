"""The headers of answers, as the OpenAPI schema describes them."""

from collections.abc import Iterable
from typing import Any

# Where a budget is set. What the cache answers to anonymous callers is not counted.
COUNTED = ("RateLimit", "RateLimit-Policy")
EVERY_ANSWER = ("Content-Language", "Vary", "X-Request-ID")

_TEXT = {"type": "string"}
_SECONDS = {"type": "integer", "minimum": 0}
_HEADERS: dict[str, tuple[dict[str, Any], str]] = {
    "Cache-Control": (_TEXT, "Who may keep the answer; what carries an ETag is to be asked for again"),
    "Cache-Status": (_TEXT, "Whether the store's own cache had the answer (RFC 9211)"),
    "Content-Disposition": (_TEXT, "The name to save the file under"),
    "Content-Language": ({"type": "string", "enum": ["en", "ru"]}, "The language of the texts"),
    "ETag": (
        {"type": "string", "pattern": '^"[^"]+"$'},
        "The version; send it as `If-None-Match`, or with a change as `If-Match`",
    ),
    "Idempotent-Replayed": (
        {"type": "string", "enum": ["true"]},
        "There when this is the answer to an earlier request with the same `Idempotency-Key`",
    ),
    "Location": ({"type": "string", "format": "uri"}, "The address of what was made"),
    "RateLimit": (_TEXT, "What is left of the budget: requests, and for how many seconds"),
    "RateLimit-Policy": (_TEXT, "The budget: requests in so many seconds"),
    "Retry-After": (_SECONDS, "Seconds to wait before the request is sent again"),
    "Vary": (_TEXT, "The headers of the request that the answer depends on"),
    "WWW-Authenticate": (_TEXT, "The challenge: a bearer token is wanted"),
    "X-Request-ID": (_TEXT, "The id of the request in the store's log; the client's own, when it sent one"),
}
_SOMETIMES = {"Idempotent-Replayed", *COUNTED}


def header_components() -> dict[str, Any]:
    """Return the descriptions that the answers refer to."""
    return {name: _described(name, required=name not in _SOMETIMES) for name in _HEADERS}


def header_references(names: Iterable[str], *, sometimes: Iterable[str] = ()) -> dict[str, Any]:
    """Return the headers of an answer: those it always has, those it has sometimes, and the budget's.

    Raises KeyError for a header that is not described here.
    """
    return {
        **{name: {"$ref": f"#/components/headers/{name}"} for name in [*names, *COUNTED] if _HEADERS[name]},
        **{name: _described(name, required=False) for name in sometimes},
    }


def _described(name: str, *, required: bool) -> dict[str, Any]:
    schema, description = _HEADERS[name]
    return {"description": description, "required": required, "schema": schema}
