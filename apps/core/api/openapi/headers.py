"""Headers of responses, as the OpenAPI schema describes them."""

from collections.abc import Iterable
from typing import Any

# Where a rate limit is set. What the cache answers to anonymous callers is not counted.
COUNTED = ("RateLimit", "RateLimit-Policy")
EVERY_RESPONSE = ("Content-Language", "Vary", "X-Request-ID")

_TEXT = {"type": "string"}
_SECONDS = {"type": "integer", "minimum": 0}
_HEADERS: dict[str, tuple[dict[str, Any], str]] = {
    "Cache-Control": (_TEXT, "Who may cache the response; one with an ETag must be revalidated"),
    "Cache-Status": (_TEXT, "Whether the store's own cache had the response (RFC 9211)"),
    "Content-Disposition": (_TEXT, "File name to save under"),
    "Content-Language": ({"type": "string", "enum": ["en", "ru"]}, "Language of the texts"),
    "ETag": (
        {"type": "string", "pattern": '^"[^"]+"$'},
        "Version of the resource; send it as `If-None-Match`, or as `If-Match` with a change",
    ),
    "Idempotent-Replayed": (
        {"type": "string", "enum": ["true"]},
        "Present when this repeats the response to an earlier request with the same `Idempotency-Key`",
    ),
    "Location": ({"type": "string", "format": "uri"}, "URL of the created resource"),
    "RateLimit": (_TEXT, "What is left of the limit: requests, and seconds until it resets"),
    "RateLimit-Policy": (_TEXT, "The limit: requests per number of seconds"),
    "Retry-After": (_SECONDS, "Seconds to wait before retrying"),
    "Vary": (_TEXT, "Request headers the response depends on"),
    "WWW-Authenticate": (_TEXT, "Challenge: a bearer token is required"),
    "X-Request-ID": (_TEXT, "Id of the request in the store's log; the client's own if it sent one"),
}
_SOMETIMES = {"Idempotent-Replayed", *COUNTED}


def header_components() -> dict[str, Any]:
    """Return the descriptions that the responses refer to."""
    return {name: _described(name, required=name not in _SOMETIMES) for name in _HEADERS}


def header_references(names: Iterable[str], *, sometimes: Iterable[str] = ()) -> dict[str, Any]:
    """Return the headers of a response: those it always has, those it has sometimes, and the rate limit's.

    Raises KeyError for a header that is not described here.
    """
    return {
        **{name: {"$ref": f"#/components/headers/{name}"} for name in [*names, *COUNTED] if _HEADERS[name]},
        **{name: _described(name, required=False) for name in sometimes},
    }


def _described(name: str, *, required: bool) -> dict[str, Any]:
    schema, description = _HEADERS[name]
    return {"description": description, "required": required, "schema": schema}
