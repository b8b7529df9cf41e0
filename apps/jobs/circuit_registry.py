"""Registry of circuits: what jobs depend on and may be away, such as the carrier or the mail server."""

from dataclasses import dataclass

from django.utils.functional import Promise

from apps.jobs.registry import default_circuit_of, kinds_by_circuit, label_of

MAIL = "mail"  # what e-mails depend on


@dataclass(frozen=True)
class Circuit:
    """Something that jobs depend on: those that name it, and those of its `kinds` that name none."""

    name: str
    limit: int | None
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class _Declaration:
    label: str | Promise
    limit: int | None


_declared: dict[str, _Declaration] = {}


def register_circuit(name: str, *, label: str | Promise = "", limit: int | None = None) -> None:
    """Declare a circuit, which handlers and `JobSpec` name. Staff call it by its `label`.

    With a `limit` no more than so many of its jobs run at the same time, on all workers together.

    A name that ends in a colon, such as `provider:`, declares all circuits whose names begin so, each with a
    pause and a limit of its own. The label has a place for the rest of the name: `%(name)s`.
    """
    _declared[name] = _Declaration(label, limit)


def circuit_named(name: str) -> Circuit | None:
    """Return the circuit; None when nobody has declared it, as one of a newer release."""
    if (found := _declaration_of(name)) is None:
        return None
    return Circuit(name, found.limit, kinds_by_circuit(name))


def circuit_of(kind: str, named: str = "") -> Circuit | None:
    """Return what a job depends on: the circuit that it names, else the one declared with its kind."""
    name = named or default_circuit_of(kind)
    return circuit_named(name) if name else None


def circuit_label(name: str) -> str:
    """Return what staff call the circuit; without a label the kind's, where it is named after one."""
    found = _declaration_of(name)
    if found is None or not found.label:
        return label_of(name)
    return str(found.label) % {"name": name.partition(":")[2]}


def _declaration_of(name: str) -> _Declaration | None:
    prefix, colon, _rest = name.partition(":")
    return _declared.get(name) or _declared.get(prefix + colon)
