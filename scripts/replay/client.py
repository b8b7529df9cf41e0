"""Speak HTTP to the store: one session per thread, tokens renewed, outages waited out, everything counted."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import requests

from scripts.replay.exceptions import NoAnswer, Refused, StoreGone

API = "/api/v1/"
PAGE_SIZE = 100
TIMEOUT_SECONDS = (5, 60)  # to connect, to answer
START_SECONDS = 60  # a store that is just starting
OUTAGE_SECONDS = 120  # a store that was there before
RETRY_SECONDS = 0.5

LOST = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
AWAY = frozenset({502, 503, 504})


@dataclass(eq=False)
class Account:
    """A login, with its present access token."""

    username: str
    password: str
    token: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


class Tally:
    """Named counts that several threads may raise."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str, count: int = 1) -> None:
        with self._lock:
            self._counts[name] += count

    def __getitem__(self, name: str) -> int:
        return self._counts[name]

    def names(self) -> list[str]:
        return sorted(self._counts)


class Store:
    """The store's API as seen by everybody in the replay."""

    def __init__(self, url: str, staff: Account) -> None:
        self.url = url.rstrip("/")
        self.staff = staff
        self.tally = Tally()
        self.faults: list[str] = []  # answers that nobody should get, in words
        self._local = threading.local()
        self._gate = threading.Lock()
        self._silent_since: float | None = None

    def wait_for_start(self) -> None:
        """Return when the store is up. Raises StoreGone when it does not start in time."""
        deadline = time.monotonic() + START_SECONDS
        while not self._is_up():
            if time.monotonic() > deadline:
                raise StoreGone(f"{self.url}/healthz did not answer 200 within {START_SECONDS} seconds.")
            time.sleep(RETRY_SECONDS)

    def log_in(self, account: Account) -> None:
        """Give the account a fresh token. Raises Refused."""
        pair = {"username": account.username, "password": account.password}
        response = self.ask("POST", "auth/login/", body=pair)
        if response.status_code != 200:
            raise Refused(f"{account.username!r} cannot log in: {described(response)}.")
        account.token = response.json()["access"]

    def read(self, path: str, account: Account | None = None) -> Any:
        """Return the JSON found there. Raises Refused when the answer is not 200."""
        response = self.ask("GET", path, account)
        if response.status_code != 200:
            raise Refused(f"{described(response)}.")
        return response.json()

    def pages(self, path: str, account: Account | None = None) -> Iterator[dict[str, Any]]:
        """Yield every row of a list, page by page."""
        joint = "&" if "?" in path else "?"
        number = 1
        while True:
            page = self.read(f"{path}{joint}page_size={PAGE_SIZE}&page={number}", account)
            yield from page["results"]
            if page["next"] is None:
                return
            number += 1

    def ask(
        self, method: str, path: str, account: Account | None = None, body: Any = None
    ) -> requests.Response:
        """Send what may safely be sent twice, until the store answers."""
        while True:
            try:
                return self.send(method, path, account, body)
            except NoAnswer as failure:
                self.wait_until_back(failure)

    def send(
        self, method: str, path: str, account: Account | None = None, body: Any = None
    ) -> requests.Response:
        """Send once; again only after 401 and 429, which say that nothing was done. Raises NoAnswer."""
        if account is None:
            return self._exchange(method, path, "", body)
        token = account.token
        response = self._exchange(method, path, token, body)
        if response.status_code == 401:
            self._renew(account, token)
            response = self._exchange(method, path, account.token, body)
        return response

    def wait_until_back(self, failure: NoAnswer) -> None:
        """Return when it makes sense to ask again. Raises StoreGone when the store is silent for too long."""
        time.sleep(failure.pause_seconds)
        with self._gate:  # one thread looks, the others need not
            while not self._is_up():
                self._lose_patience(failure)
                time.sleep(RETRY_SECONDS)
        self._lose_patience(failure)

    def _renew(self, account: Account, stale_token: str) -> None:
        with account.lock:
            if account.token == stale_token:
                self.log_in(account)

    def _exchange(self, method: str, path: str, token: str, body: Any) -> requests.Response:
        while True:
            response = self._request(method, API + path, token, body)
            if response.status_code in AWAY:
                raise self._no_answer(described(response), pause_seconds=_retry_after(response))
            self._silent_since = None
            if response.status_code != 429:
                return response
            time.sleep(_retry_after(response))

    def _request(self, method: str, path: str, token: str, body: Any) -> requests.Response:
        self.tally.add("requests")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            return self._session().request(
                method,
                self.url + path,
                json=body,
                headers=headers,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except LOST as error:
            self.tally.add("connection errors")
            raise self._no_answer(f"{method} {path}: {error}", pause_seconds=RETRY_SECONDS) from error

    def _no_answer(self, reason: str, *, pause_seconds: float) -> NoAnswer:
        self._silent_since = self._silent_since or time.monotonic()
        return NoAnswer(reason, pause_seconds=pause_seconds)

    def _lose_patience(self, failure: NoAnswer) -> None:
        if self._silent_since and time.monotonic() - self._silent_since > OUTAGE_SECONDS:
            raise StoreGone(f"the store did not come back within {OUTAGE_SECONDS} seconds ({failure}).")

    def _is_up(self) -> bool:
        try:
            return self._session().get(f"{self.url}/healthz", timeout=TIMEOUT_SECONDS).status_code == 200
        except LOST:
            return False

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            # No proxy and no .netrc of this machine may come between: the latter would replace the token.
            self._local.session.trust_env = False
            self._local.session.headers["Accept-Language"] = "en"
        session: requests.Session = self._local.session
        return session


def described(response: requests.Response) -> str:
    """Say in one line what the store answered to what."""
    request = response.request
    return f"{request.method} {request.path_url} answered {response.status_code}: {response.text[:300]}"


def problem_of(response: requests.Response) -> dict[str, Any]:
    """Return the problem document of a refusal, empty when the answer is none."""
    try:
        problem = response.json()
    except requests.JSONDecodeError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _retry_after(response: requests.Response) -> float:
    seconds = response.headers.get("Retry-After", "")
    return float(seconds) if seconds.isdecimal() else RETRY_SECONDS
