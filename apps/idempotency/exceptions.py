"""Why a request with a key is refused."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.common.exceptions import DomainError


class KeyInvalid(DomainError):
    """A key that is empty, too long or holds characters that a key cannot have."""

    code = "idempotency_key_invalid"
    message = _("The Idempotency-Key must be 1 to 255 visible ASCII characters, bare or in double quotes.")
    advice = _("Send a UUID as the key, a new one for each new request.")


class KeyRequired(DomainError):
    """A request without the key that this store asks for."""

    code = "idempotency_key_required"
    message = _("The request must carry an Idempotency-Key.")
    advice = _("Send a UUID as the key, a new one for each new request.")


class KeyReused(DomainError):
    """A key that was used for another request before."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "idempotency_key_reused"
    message = _("The Idempotency-Key was used for another request.")
    advice = _("Take a new key. The same key is for the same request, sent again.")


class RequestInProgress(DomainError):
    """A key whose first request is still being carried out."""

    status_code = HTTPStatus.CONFLICT
    code = "request_in_progress"
    message = _("The first request with this Idempotency-Key is still being carried out. Try again.")
    advice = _("Send the same request with the same key again, after the seconds of `Retry-After`.")
    headers = {"Retry-After": "1"}
