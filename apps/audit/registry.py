"""Registry of audited models. Each app registers its own: the audit trail knows none of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.db import models

M = TypeVar("M", bound=type[models.Model])


@dataclass(frozen=True)
class AuditedModel:
    """How the audit trail speaks of a model's rows."""

    keeps_name: bool
    is_shown_with_row: bool


_audited: dict[str, AuditedModel] = {}


def audited(*, keeps_name: bool = True, is_shown_with_row: bool = False) -> Callable[[M], M]:
    """Register the decorated model.

    Entries keep what the row is called, unless it is called by its number, or by a name that may be erased.
    Those of a model that `is_shown_with_row` are shown to everybody who may see the row; what was done to
    people is for readers of the trail.
    """

    def register(model: M) -> M:
        _audited[model_label(model)] = AuditedModel(keeps_name, is_shown_with_row)
        return model

    return register


def model_label(model: type[models.Model] | models.Model) -> str:
    """Return what entries about rows of the model are found by, such as `auth.group`."""
    return model._meta.label_lower


def verbose_name_of(label: str) -> str:
    """Return what people call such a row; the label itself when it is one of a release that had it."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except LookupError:
        return label


def audited_models() -> list[tuple[str, Any]]:
    """Return the labels of the audited models with what people call their rows."""
    return [(label, apps.get_model(label)._meta.verbose_name_plural) for label in sorted(_audited)]


def is_shown_with_row(row: models.Model) -> bool:
    """Tell whether everybody who may see the row may know who did what to it."""
    options = _audited.get(model_label(row))
    return options is not None and options.is_shown_with_row


def name_to_keep(row: models.Model) -> str:
    """Return what entries about the row keep as its name. Raises LookupError for an unregistered model."""
    return str(row) if _audited[model_label(row)].keeps_name else ""
