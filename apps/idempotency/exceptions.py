"""Errors of requests with an `Idempotency-Key`."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError


class KeyInvalid(DomainError):
    """A key that is empty, too long or holds characters that a key cannot have."""

    code = "idempotency_key_invalid"
    message = _("The Idempotency-Key must be 1 to 255 visible ASCII characters, bare or double-quoted.")
    advice = _("Use a UUID as the key, a new one for each new request.")


class KeyRequired(DomainError):
    """A request without the key that this store asks for."""

    code = "idempotency_key_required"
    message = _("An Idempotency-Key header is required.")
    advice = _("Use a UUID as the key, a new one for each new request.")


class KeyReused(DomainError):
    """A key that was used for another request before."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "idempotency_key_reused"
    message = _("This Idempotency-Key has already been used for a different request.")
    advice = _("Use a new key. Reuse a key only to retry the same request.")


class RequestInProgress(DomainError):
    """A key whose first request is still being carried out."""

    status_code = HTTPStatus.CONFLICT
    code = "request_in_progress"
    message = _("The first request with this Idempotency-Key is still being processed. Try again.")
    advice = _("Wait the number of seconds in `Retry-After`, then send the same request with the same key.")
    headers = {"Retry-After": "1"}
