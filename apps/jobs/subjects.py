"""Subjects of jobs: what staff call them, and their pages in the admin."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html


@dataclass(frozen=True)
class SubjectKind:
    """A kind of rows that jobs are about: `name` has a place for the `number`, `page` is of the admin."""

    name: str | Promise
    page: str
    permission: str  # to look at the page


_kinds: dict[str, SubjectKind] = {}


def register_subjects(prefix: str, kind: SubjectKind) -> None:
    """Tell what subjects with this prefix, such as `order:`, stand for."""
    _kinds[prefix] = kind


def name_of(subject: str) -> str:
    """Return what staff call the subject; itself when nobody has told."""
    kind, number = _kind_of(subject)
    return str(kind.name) % {"number": number} if kind else subject


def link_to(subject: str, user: Any) -> str:
    """Return the name of the subject, leading to its page if the user may look at that."""
    kind, number = _kind_of(subject)
    if kind and user.has_perm(kind.permission):
        return format_html('<a href="{}">{}</a>', reverse(kind.page, args=[number]), name_of(subject))
    return name_of(subject)


def _kind_of(subject: str) -> tuple[SubjectKind | None, str]:
    prefix, colon, number = subject.partition(":")
    return _kinds.get(prefix + colon) if number.isdecimal() else None, number
