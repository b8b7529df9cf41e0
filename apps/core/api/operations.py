"""Operations: what a view method declares of itself, for the schema, the rate limits and the cache."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from apps.core.caching.namespaces import CacheNamespace
from apps.core.exceptions import DomainError

Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Operation:
    """The declarations of one view method, beside what follows by rule. Statuses are texts, as in OpenAPI."""

    refusals: tuple[type[DomainError], ...] = ()
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by status
    links: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by status
    public_cache: CacheNamespace | None = None  # of what everyone is shown alike

    @property
    def codes(self) -> frozenset[str]:
        """Return the codes of the refusals."""
        return frozenset(refusal.code for refusal in self.refusals)


def operation_of(method: Any) -> Operation:
    """Return what the view method declares; nothing, when it has no decorator or there is no such method."""
    return getattr(method, "operation", Operation())


def declared(method: Method, **declarations: Any) -> Method:
    """Return the method, with these declarations in place of those that it had.

    An operation is never changed: `functools.wraps` hands the same one on to the wrapper of a decorator.
    """
    method.operation = replace(operation_of(method), **declarations)  # type: ignore[attr-defined]  # set here
    return method
