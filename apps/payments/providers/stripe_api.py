"""Stripe's API: forms go out, JSON comes back; what its errors mean, and its lists."""

import json
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import requests
from django.conf import settings

from apps.core.outbound_http import Answer, call
from apps.payments.providers.base import CALL_SECONDS, ProviderRefused, ProviderUnavailable, unavailable

VERSION = "2025-04-30.basil"  # what is asked and answered stays so until this is changed
PAGE = 50  # objects with all that is expanded in them, well below the bound of an answer

# A wrong key, a call that is just being made, one too many: nothing that the payment is to blame for.
UNDECIDED = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.CONFLICT,
    HTTPStatus.FAILED_DEPENDENCY,
    HTTPStatus.TOO_MANY_REQUESTS,
)
# Another call was made with this key, or Stripe has a fault.
UNDECIDED_TYPES = ("idempotency_error", "api_error")

Form = Mapping[str, str | int | Sequence[str]]
Json = dict[str, Any]


def path_of(*parts: str) -> str:
    """Return the path of an object, with its number quoted."""
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def get(path: str, form: Form) -> Json:
    """Return the object. Raises ProviderUnavailable, and ProviderRefused when there is none."""
    return _ask("GET", path, {}, params=form)


def post(path: str, form: Form, *, key: str = "") -> Json:
    """Carry the call out, once for each key where one is given.

    Raises ProviderUnavailable, and ProviderRefused.
    """
    return _ask("POST", path, {"Idempotency-Key": key} if key else {}, data=form)


def listed(path: str, form: Form) -> Iterator[Json]:
    """Yield all objects of the list, newest first. Raises ProviderUnavailable, ProviderRefused."""
    page: Form = {**form, "limit": PAGE}
    while True:
        answer = get(path, page)
        yield from answer["data"]
        if not answer["has_more"] or not answer["data"]:
            return
        page = {**page, "starting_after": answer["data"][-1]["id"]}


def _ask(method: str, path: str, headers: Mapping[str, str], **content: Any) -> Json:
    headers = {
        "Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}",
        "Stripe-Version": VERSION,
        **headers,
    }
    try:
        answer = call(
            method,
            settings.STRIPE_API_URL + path,
            patience=CALL_SECONDS,
            headers=headers,
            **content,
        )
    except requests.RequestException as error:
        raise unavailable(error, f"Stripe cannot be asked: {type(error).__name__}") from error
    told = _content(answer)
    if answer.status != HTTPStatus.OK:
        raise _fault(answer.status, told.get("error"))
    return told


def _content(answer: Answer) -> Json:
    try:
        content = json.loads(answer.body)
    except ValueError:
        content = None
    if isinstance(content, dict):
        return content
    raise ProviderUnavailable(f"Stripe answers {answer.status}, and not in JSON")


def _fault(status: int, error: Any) -> ProviderUnavailable | ProviderRefused:
    """Return what the error means: a no is final, anything else is not known."""
    details = error if isinstance(error, dict) else {}
    kind = details.get("type")
    is_no = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in UNDECIDED
    if is_no and kind and kind not in UNDECIDED_TYPES:
        return ProviderRefused(str(details.get("decline_code") or details.get("code") or kind))
    return ProviderUnavailable(f"Stripe answers {status} ({kind})")
