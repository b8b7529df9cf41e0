"""Calls to servers of others: bounded in time and size, no proxies, no redirects, never in a transaction."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import requests
from django.db import connection
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from apps.core.http_deadlines import with_deadline

CONNECT_TIMEOUT_SECONDS = 3.0
MAX_ANSWER_BYTES = 1024 * 1024


class CallInTransaction(RuntimeError):
    """A call while rows may be locked, where a slow server would stop everybody: a mistake of the code."""


@dataclass(frozen=True)
class Answer:
    """What a server has answered, read to its end."""

    status: int
    body: bytes


def call(
    method: str,
    url: str,
    *,
    patience: float,
    max_bytes: int = MAX_ANSWER_BYTES,
    headers: Mapping[str, str] | None = None,
    **content: Any,
) -> Answer:
    """Call the server and return its answer, whatever its status; `content` is what requests takes.

    `patience` are the seconds that it may take to connect, and between two parts of the answer; the whole
    answer with its headers may take twice as long. Redirects are not followed: they would take keys and
    personal data elsewhere.

    Raises requests.RequestException when the server cannot be asked, or when its answer is too slow or longer
    than `max_bytes`; CallInTransaction inside of a transaction.
    """
    refuse_in_transaction(f"{method} {url}")
    with requests.Session() as session:
        session.trust_env = False  # no proxy, no credentials of the machine
        for scheme in ("http://", "https://"):
            session.mount(scheme, _DeadlineAdapter(time.monotonic() + 2 * patience))
        with session.request(
            method,
            url,
            headers=headers,
            timeout=(min(patience, CONNECT_TIMEOUT_SECONDS), patience),
            allow_redirects=False,
            stream=True,
            **content,
        ) as response:
            return Answer(response.status_code, _read(response, max_bytes))


def was_never_sent(error: requests.RequestException) -> bool:
    """Tell whether no connection was made, so that the server knows nothing of the call."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def in_transaction() -> bool:
    """Tell whether the present code runs inside of a transaction, but for the one around a test."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


def refuse_in_transaction(call: str) -> None:
    """Raise CallInTransaction when the present code runs inside of a transaction."""
    if in_transaction():
        raise CallInTransaction(f"{call} inside of a transaction")


class _DeadlineAdapter(HTTPAdapter):
    """Connections whose answers are over at a deadline of the monotonic clock."""

    def __init__(self, deadline: float) -> None:
        super().__init__()
        self._deadline = deadline

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> HTTPConnectionPool:
        pool = cast("HTTPConnectionPool", super().get_connection_with_tls_context(*args, **options))
        return with_deadline(pool, self._deadline)


def _read(response: requests.Response, max_bytes: int) -> bytes:
    body = b""
    for part in response.iter_content(4096):
        body += part
        if len(body) > max_bytes:
            raise requests.ConnectionError("The response is too long")
    return body
