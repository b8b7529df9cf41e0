"""Standard Webhooks (standardwebhooks.com): how callbacks are signed, and signatures verified."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping

TOLERANCE_SECONDS = 300
PREFIX = "whsec_"


class SignatureInvalid(ValueError):
    """A callback without a valid signature of now."""


def signed_headers(body: bytes, *, message_id: str, timestamp: int, secret: str) -> dict[str, str]:
    """Return the headers of a callback that is sent at the Unix time.

    Raises ValueError for a secret that begins with `whsec_`, and is not Base64 after it.
    """
    signature = _signature(secret, message_id, str(timestamp), body)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }


def verify(body: bytes, headers: Mapping[str, str], *, secrets: Iterable[str], now: float) -> str:
    """Return the id of a callback that was signed with one of the secrets, a few minutes from now at most.

    `headers` has its names in small letters, or ignores their case. The same callback may come again, with
    the same id.

    Raises SignatureInvalid.
    """
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not re.fullmatch(r"[0-9]{1,15}", timestamp):
        raise SignatureInvalid("There is no id, or no time")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise SignatureInvalid("It was signed at another time")
    expected = [_signature(secret, message_id, timestamp, body).encode() for secret in secrets]
    for signature in headers.get("webhook-signature", "").split():
        version, _comma, given = signature.partition(",")
        # As bytes: texts that are not ASCII cannot be compared in constant time.
        if version == "v1" and any(hmac.compare_digest(given.encode(), each) for each in expected):
            return message_id
    raise SignatureInvalid("No signature is valid")


def _signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    content = b".".join((message_id.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.digest(_key(secret), content, hashlib.sha256)).decode()


def _key(secret: str) -> bytes:
    """Return the key: what `whsec_` says in Base64, else the secret as it is."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("A secret that begins with whsec_ has to go on in Base64") from error
