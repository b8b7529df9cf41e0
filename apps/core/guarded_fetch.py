"""Fetching of files from addresses that people enter: by HTTPS from public servers, bounded in time and size.

Whoever enters an address must not reach what only this machine reaches. The host is resolved once, and all
its addresses are judged; the connection then goes to the very address that was judged, while TLS and the
server know the host by its name. So a name server that answers otherwise a moment later changes nothing.
"""

import queue
import re
import socket
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import SplitResult, quote, urlsplit

import idna
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import BaseHTTPResponse, HTTPSConnectionPool, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, SSLError

from apps.core.http_deadlines import with_deadline
from apps.core.outbound_http import refuse_in_transaction
from apps.core.public_addresses import is_public

PORT = 443
AUTHORITIES = DEFAULT_CA_BUNDLE_PATH  # whose certificates are believed
FETCH_SECONDS = 15.0  # with the name, the connection and the headers
CONNECT_SECONDS = 5.0
MAX_BYTES = 10 * 1024 * 1024
MAX_URL_LENGTH, MAX_HOST_LENGTH = 2000, 253
PART_BYTES = 64 * 1024
# Names by which machines call themselves and their neighbours (RFC 6761, RFC 6762, RFC 8375, ICANN).
LOCAL_NAMES = ("localhost", "localdomain", "local", "internal", "intranet", "home.arpa", "lan", "home")
LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"


class FetchProblem(TextChoices):
    """Why no file came from an address."""

    ADDRESS = "address", _("The address must begin with https:// and have no port, user or password.")
    NOT_PUBLIC = "not_public", _("The address does not lead to a server on the public internet.")
    NO_HOST = "no_host", _("There is no server of this name.")
    MOVED = "moved", _("The address leads on to another one: enter that one.")
    REFUSED = "refused", _("The server does not give the file to everybody, or does not have it.")
    CERTIFICATE = "certificate", _("The server's certificate is not valid.")
    TOO_LARGE = "too_large_file", _("The file at the address is larger than 10 MB.")
    AWAY = "away", _("The server did not answer in time, again and again.")


class FetchError(Exception):
    """No file came; `problem` says why."""

    def __init__(self, problem: FetchProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class FetchRefused(FetchError):
    """The address gives no file and will not: to try again is no use."""


class ServerAway(FetchError):
    """The server cannot be asked now, or is too slow."""

    def __init__(self) -> None:
        super().__init__(FetchProblem.AWAY)


@dataclass(frozen=True)
class _Target:
    host: str  # in ASCII
    path: str  # and query
    addresses: list[str]


def fetch(url: str, *, seconds: float = FETCH_SECONDS, max_bytes: int = MAX_BYTES) -> bytes:
    """Return the file at the address. Redirects are not followed, and nothing is unpacked.

    Raises FetchRefused for an address that is not public, or gives no file; ServerAway when that may heal;
    CallInTransaction inside of a transaction.
    """
    refuse_in_transaction("A fetch")
    deadline = time.monotonic() + seconds
    target = _target(url, deadline)
    for address in target.addresses:
        with suppress(ConnectTimeoutError):  # the next one may be reached
            return _fetch_from(address, target, deadline, max_bytes)
    raise ServerAway


def _target(url: str, deadline: float) -> _Target:
    parts = _split(url)
    host = _host(parts)
    addresses = _resolved(host, deadline)
    if not all(map(is_public, addresses)):
        raise FetchRefused(FetchProblem.NOT_PUBLIC)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    return _Target(host, path + query, addresses)


def _split(url: str) -> SplitResult:
    """Return the parts of an address without anything that two readers of it might understand differently."""
    problem = FetchRefused(FetchProblem.ADDRESS)
    if len(url) > MAX_URL_LENGTH or re.search(r"[\x00-\x20\x7f-\xa0\\]", url):
        raise problem
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise problem from None
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or port not in {None, PORT}:
        raise problem
    return parts


def _host(parts: SplitResult) -> str:
    """Return a full name, or an IP address in its usual form; no other number stands for a host."""
    text = (parts.hostname or "").removesuffix(".")
    if ":" in text or re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3}){3}", text):
        return _ip_address(text)
    try:
        name = text if text.isascii() else idna.encode(text, uts46=True).decode()
    except idna.IDNAError:
        raise FetchRefused(FetchProblem.ADDRESS) from None
    labels = name.split(".")
    # The resolver would take `2130706433`, `0x7f.1` or `0177.0.0.1` for an address.
    is_number = re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1])
    if is_number or len(name) > MAX_HOST_LENGTH or not all(re.fullmatch(LABEL, label) for label in labels):
        raise FetchRefused(FetchProblem.ADDRESS)
    if len(labels) == 1 or any(f".{name}".endswith(f".{local}") for local in LOCAL_NAMES):
        raise FetchRefused(FetchProblem.NOT_PUBLIC)
    return name


def _ip_address(text: str) -> str:
    try:
        is_allowed = is_public(text)
    except ValueError:
        raise FetchRefused(FetchProblem.ADDRESS) from None
    if not is_allowed:
        raise FetchRefused(FetchProblem.NOT_PUBLIC)
    return text


def _resolved(host: str, deadline: float) -> list[str]:
    """Return the addresses of the host.

    Raises FetchRefused when there is no such host, ServerAway when the name servers do not answer in time.
    """
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            found = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except OSError as error:
            answers.put(error)

    # In a thread that is left behind: the resolver knows no time-out.
    threading.Thread(target=resolve, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=max(0, deadline - time.monotonic()))
    except queue.Empty:
        raise ServerAway from None
    if isinstance(answer, list):
        return answer
    if isinstance(answer, socket.gaierror) and answer.errno != socket.EAI_AGAIN:
        raise FetchRefused(FetchProblem.NO_HOST)
    raise ServerAway


def _fetch_from(address: str, target: _Target, deadline: float, max_bytes: int) -> bytes:
    """Return the file. Raises ConnectTimeoutError, NewConnectionError too, when no connection is made."""
    left = max(0.001, deadline - time.monotonic())
    pool = HTTPSConnectionPool(
        address,
        PORT,
        server_hostname=target.host,
        assert_hostname=target.host,
        cert_reqs="CERT_REQUIRED",
        ca_certs=AUTHORITIES,
        timeout=Timeout(connect=min(left, CONNECT_SECONDS), read=left),
    )
    headers = {"Host": target.host, "Accept": "image/*", "Accept-Encoding": "identity"}
    with with_deadline(pool, deadline):
        try:
            response = pool.request(
                "GET", target.path, headers=headers, redirect=False, retries=False, preload_content=False
            )
            with closing(response):
                return _content(response, max_bytes)
        except ConnectTimeoutError:
            raise
        except SSLError as error:
            raise FetchRefused(FetchProblem.CERTIFICATE) from error
        except (HTTPError, OSError) as error:
            raise ServerAway from error


def _content(response: BaseHTTPResponse, max_bytes: int) -> bytes:
    status = response.status
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in LATER:
        raise ServerAway
    if status in range(HTTPStatus.MULTIPLE_CHOICES, HTTPStatus.BAD_REQUEST):
        raise FetchRefused(FetchProblem.MOVED)
    if status != HTTPStatus.OK:
        raise FetchRefused(FetchProblem.REFUSED)
    content = bytearray()
    if (response.length_remaining or 0) > max_bytes:
        raise FetchRefused(FetchProblem.TOO_LARGE)
    for part in response.stream(PART_BYTES, decode_content=False):
        content += part
        if len(content) > max_bytes:
            raise FetchRefused(FetchProblem.TOO_LARGE)
    return bytes(content)
