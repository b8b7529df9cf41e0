"""A client on a bad network: short patience, cut connections, and the same again until it is answered."""

import json
import time
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from itertools import cycle
from random import Random
from typing import Any

from scripts.chaos.journal import Day, Journal
from scripts.replay.client import Account

API = "/api/v1/"
CUT_SHARE = 0.08  # of the writing attempts: the socket is closed before the response is read
PATIENCE_SECONDS = (0.7, 3.0)  # of the first attempt; later ones wait longer
MAX_PATIENCE_SECONDS = 30.0
PAUSE_SECONDS = (0.1, 1.0)


class GivenUp(Exception):
    """The store owes a response long after all faults are over."""


class _Lost(Exception):
    """Nobody knows whether the attempt was carried out."""


@dataclass(frozen=True)
class Request:
    """A request, which is sent until it is answered."""

    method: str
    path: str
    account: Account | None = None
    body: Any = None
    key: str = ""
    may_be_away: bool = False  # a provider: that is an answer, too


@dataclass(frozen=True)
class Response:
    """The response to a request, and how many attempts were lost before it."""

    status: int
    headers: dict[str, str]  # names in small letters
    body: bytes
    sent_at: float  # of time.time()
    lost: int = 0  # earlier attempts that may have been carried out

    @property
    def data(self) -> dict[str, Any]:
        """Return the JSON object of the response, empty when it is none."""
        try:
            data = json.loads(self.body)
        except ValueError:
            return {}
        return data if isinstance(data, dict) else {}

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return the JSON array of the response, empty when it is none."""
        try:
            rows = json.loads(self.body)
        except ValueError:
            return []
        return rows if isinstance(rows, list) else []


class HttpClient:
    """Send each request until it is answered, to one server after the other."""

    def __init__(self, ports: list[int], random: Random, journal: Journal, day: Day) -> None:
        # Each attempt goes to the next server, as behind a balancer.
        self._ports = cycle(random.sample(ports, len(ports)))
        self._random = random
        self._journal = journal
        self._day = day

    def send(self, request: Request) -> Response:
        """Send the request until it is answered. Raises GivenUp."""
        lost = 0
        while True:
            if self._day.is_given_up:
                raise GivenUp(f"{request.method} {request.path} was not answered after {lost + 1} attempts")
            try:
                response = self._attempt(request, lost)
            except _Lost:
                lost += 1
                continue
            if not self._must_repeat(request, response):
                return replace(response, lost=lost)
            # A 503 may be told when the connection to the database broke in the middle of a commit.
            lost += response.status >= 500
            self._pause()

    def report(self, request: Request, response: Response) -> None:
        """Note a response that nobody should get."""
        text = response.body[:300].decode(errors="replace")
        self._journal.unexpected_responses.append(
            f"{request.method} {request.path} answered {response.status}: {text}"
        )

    def _must_repeat(self, request: Request, response: Response) -> bool:
        if response.status == 401 and request.account is not None:
            self._log_in(request.account)
            return True
        if response.status == 409 and response.data.get("code") == "request_in_progress":
            self._journal.tally.add("answered 409 request_in_progress")
            return True
        if response.status < 500 or _is_of_provider(request, response):
            return False
        self._journal.tally.add(f"answered {response.status}")
        if response.status != 503 or "retry-after" not in response.headers:
            self.report(request, response)
        return True

    def _log_in(self, account: Account) -> None:
        pair = {"username": account.username, "password": account.password}
        response = self.send(Request("POST", "auth/login/", body=pair))
        if response.status == 200:
            account.token = str(response.data["access"])

    def _attempt(self, request: Request, lost: int) -> Response:
        self._journal.tally.add("requests")
        if lost:
            self._journal.tally.add("retries")
        patience = min(self._random.uniform(*PATIENCE_SECONDS) * (1 + lost), MAX_PATIENCE_SECONDS)
        connection = HTTPConnection("127.0.0.1", next(self._ports), timeout=patience)
        try:
            return self._exchange(connection, request)
        except (OSError, HTTPException) as error:
            self._journal.tally.add("not answered")
            self._pause()
            raise _Lost from error
        except _Lost:
            self._journal.tally.add("cut on purpose")
            raise
        finally:
            connection.close()

    def _exchange(self, connection: HTTPConnection, request: Request) -> Response:
        headers = {"Accept-Language": "en", "Content-Type": "application/json"}
        if request.account is not None:
            headers["Authorization"] = f"Bearer {request.account.token}"
        if request.key:
            headers["Idempotency-Key"] = request.key
        sent_at = time.time()
        body = None if request.body is None else json.dumps(request.body)
        connection.request(request.method, API + request.path, body, headers)
        if request.method != "GET" and self._random.random() < CUT_SHARE:
            raise _Lost
        response = connection.getresponse()
        content = response.read()
        return Response(
            response.status,
            {name.lower(): value for name, value in response.getheaders()},
            content,
            sent_at,
        )

    def _pause(self) -> None:
        time.sleep(self._random.uniform(*PAUSE_SECONDS))


def _is_of_provider(request: Request, response: Response) -> bool:
    return request.may_be_away and response.data.get("code") == "provider_unavailable"
