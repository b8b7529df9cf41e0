"""Annotations of view methods for the OpenAPI schema: refusals, headers and links."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from apps.core.api.operations import Method, declared, operation_of
from apps.core.exceptions import DomainError


def raises(*refusals: type[DomainError]) -> Callable[[Method], Method]:
    """Decorate a view method with the refusals that it may answer, beside those that follow by rule."""
    return lambda method: declared(method, refusals=(*operation_of(method).refusals, *refusals))


def sends(*headers: str, on: Iterable[int] = (200,)) -> Callable[[Method], Method]:
    """Decorate a view method with headers that its responses of these statuses carry.

    A status that has no body, such as 304, need not be described elsewhere.
    """
    statuses = [str(status) for status in on]

    def decorate(method: Method) -> Method:
        known = operation_of(method).headers
        return declared(
            method, headers={**known, **{each: (*known.get(each, ()), *headers) for each in statuses}}
        )

    return decorate


def leads_to(links: Mapping[str, dict[str, Any]], *, on: int = 200) -> Callable[[Method], Method]:
    """Decorate a view method with the OpenAPI links of its response of this status, by their names."""
    return lambda method: declared(method, links={**operation_of(method).links, str(on): dict(links)})
