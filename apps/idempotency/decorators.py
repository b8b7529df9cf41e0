"""The `Idempotency-Key` header of REST views (draft-ietf-httpapi-idempotency-key-header-07)."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.openapi.annotations import raises, sends
from apps.idempotency.exceptions import KeyInvalid, KeyRequired, KeyReused, RequestInProgress
from apps.idempotency.models import MAX_KEY_LENGTH
from apps.idempotency.services import IdempotentRequest, Outcome, run_once

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT_HEADERS = ("ETag", "Location")
_BARE_CHARACTER = "[!#-~]"  # visible ASCII without the double quote
_QUOTED_CHARACTER = r'([ !#-\[\]-~]|\\["\\])'  # of a string of RFC 8941, 3.3.3
_BARE = re.compile(f"{_BARE_CHARACTER}+")
_QUOTED = re.compile(f'"{_QUOTED_CHARACTER}+"')
_LENGTH = f"{{1,{MAX_KEY_LENGTH}}}"

_SCHEMA = {"type": "string", "pattern": f'^({_BARE_CHARACTER}{_LENGTH}|"{_QUOTED_CHARACTER}{_LENGTH}")$'}

KEY_PARAMETER = OpenApiParameter(
    HEADER,
    _SCHEMA,
    OpenApiParameter.HEADER,
    description=(
        "A key chosen by the client, such as a UUID: 1 to 255 visible ASCII characters, bare or "
        "double-quoted. A request repeated with the same key and body within 48 hours is not carried out "
        f"again but gets the first response, byte for byte, with `{REPLAYED}: true`. Only successes are "
        "kept; after a refusal or an error the key can be used again. A different body gets 422 "
        "`idempotency_key_reused`; while the first request is still being processed, 409 "
        "`request_in_progress`. Keys belong to a user: the same key from another user is a different key."
    ),
)
OBLIGATORY_KEY_PARAMETER = OpenApiParameter(
    HEADER,
    {**_SCHEMA, "example": "8e03978e-40d5-43dd-bc93-6894a57f9324"},
    OpenApiParameter.HEADER,
    required=True,
    description=str(KEY_PARAMETER.description),
)


def database_only(method: Callable[..., Response]) -> Callable[..., Response]:
    """Mark a view method that works in the database alone: it may run in one transaction, and again."""
    method.is_database_only = True  # type: ignore[attr-defined]  # set here
    return method


def idempotent(
    *,
    required: bool = False,
    required_by: str = "",
    on: Iterable[int] = (201,),
    subject_of: Callable[[dict[str, Any]], str] | None = None,
) -> Callable[..., Any]:
    """Decorate a writing view method, so that a request with an `Idempotency-Key` is carried out once.

    With `required` the key is obligatory; `required_by` names a setting that makes it so. `on` are the
    statuses of success, `subject_of` tells what a response's data made.

    The method runs in one transaction, again after a deadlock. Raises ImproperlyConfigured, when the store
    starts, for one that is not marked `database_only`: a call to somebody else would be repeated with it.
    """

    def decorate(method: Callable[..., Response]) -> Callable[..., HttpResponseBase]:
        if not getattr(method, "is_database_only", False):
            raise ImproperlyConfigured(f"{method.__qualname__} is idempotent, but not marked database_only")

        @raises(KeyInvalid, KeyReused, RequestInProgress, *([KeyRequired] if required or required_by else []))
        @sends(REPLAYED, on=on)
        @wraps(method)
        def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            key = key_of(request)
            if not key:
                if required or (required_by and getattr(settings, required_by)):
                    raise KeyRequired
                return method(view, request, *args, **kwargs)

            def act() -> Outcome:
                response = method(view, request, *args, **kwargs)
                headers = {name: response[name] for name in KEPT_HEADERS if response.has_header(name)}
                body = JSONRenderer().render(response.data)
                subject = subject_of(response.data) if subject_of else ""
                return Outcome(response.status_code, body, headers, subject)

            return _response(run_once(IdempotentRequest(request.user.pk, key, fingerprint_of(request)), act))

        return once

    return decorate


def key_of(request: Request) -> str:
    """Return the key that the request carries, without its quotes; empty when it carries none.

    Raises KeyInvalid.
    """
    text = request.headers.get(HEADER)
    if text is None:
        return ""
    text = text.strip()
    if _QUOTED.fullmatch(text):
        key = re.sub(r"\\(.)", r"\1", text[1:-1])
    elif _BARE.fullmatch(text):
        key = text
    else:
        raise KeyInvalid
    if len(key) > MAX_KEY_LENGTH:
        raise KeyInvalid
    return key


def fingerprint_of(request: Request) -> str:
    """Return what tells the request from others with the same key."""
    # The body as it was understood: white space and the order of its members may change on the way.
    body = json.dumps(request.data, sort_keys=True, default=float)  # 1.50 is 1.5
    return hashlib.sha256(f"{request.method} {request.get_full_path()}\n{body}".encode()).hexdigest()


def _response(outcome: Outcome) -> HttpResponse:
    response = HttpResponse(
        outcome.body, status=outcome.status, content_type="application/json", headers=dict(outcome.headers)
    )
    if outcome.is_replay:
        response[REPLAYED] = "true"
    return response
