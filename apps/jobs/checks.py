"""Start-up check of jobs: every kind that is enqueued has a handler, every circuit is declared."""

from collections.abc import Iterator

from django.core.exceptions import ImproperlyConfigured

from apps.jobs.circuit_registry import circuit_named
from apps.jobs.registry import default_circuit_of, enqueued_kinds, kinds


def check_declarations() -> None:
    """Compare what the apps have declared, once all are loaded.

    Raises ImproperlyConfigured with a line for each kind without a handler, or circuit without a declaration.
    """
    if problems := list(_problems()):
        raise ImproperlyConfigured("\n".join(problems))


def _problems() -> Iterator[str]:
    handled = kinds()
    for kind in enqueued_kinds():
        if kind not in handled:
            yield f"Jobs of the kind {kind} are enqueued, but no app has a handler for them."
    for kind in handled:
        name = default_circuit_of(kind)
        if name and circuit_named(name) is None:
            yield f"Jobs of the kind {kind} depend on {name}, which is not declared by register_circuit."
