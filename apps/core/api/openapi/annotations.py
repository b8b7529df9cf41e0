"""What a view method tells the schema of itself: its refusals, the headers it sends, where it leads to."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from apps.core.exceptions import DomainError

Method = TypeVar("Method", bound=Callable[..., Any])


def raises(*refusals: type[DomainError]) -> Callable[[Method], Method]:
    """Decorate a view method with the refusals that it may answer, beside those that follow by rule."""
    return _adding("raised_codes", [refusal.code for refusal in refusals])


def sends(*headers: str, on: Iterable[int] = (200,)) -> Callable[[Method], Method]:
    """Decorate a view method with headers that its answers of these statuses carry.

    A status that has no body, such as 304, need not be described elsewhere.
    """
    return _adding("sent_headers", [(str(status), name) for status in on for name in headers])


def leads_to(links: Mapping[str, dict[str, Any]], *, on: int = 200) -> Callable[[Method], Method]:
    """Decorate a view method with the OpenAPI links of its answer of this status, by their names."""
    return _adding("links", [(str(on), dict(links))])


def raised_codes(method: Any) -> list[str]:
    """Return the codes of the refusals that the view method declares."""
    return getattr(method, "raised_codes", [])


def sent_headers(method: Any) -> dict[str, list[str]]:
    """Return the names of the headers that the view method declares, by status."""
    by_status: dict[str, list[str]] = {}
    for status, name in getattr(method, "sent_headers", []):
        by_status.setdefault(status, []).append(name)
    return by_status


def links_of(method: Any) -> dict[str, dict[str, Any]]:
    """Return the links that the view method declares, by status."""
    return dict(getattr(method, "links", []))


def _adding(attribute: str, values: list[Any]) -> Callable[[Method], Method]:
    def decorate(method: Method) -> Method:
        # A new list: a decorator's wrapper shares the attributes of what it wraps.
        setattr(method, attribute, [*getattr(method, attribute, []), *values])
        return method

    return decorate
