"""Erasure in exports: a file that names the user is written anew."""

import re
from collections.abc import Collection

from django.contrib.admin.views.main import SEARCH_VAR
from django.http import QueryDict

from apps.core.search_words import folded
from apps.import_export.jobs import job_of
from apps.import_export.models import Export
from apps.import_export.registry import all_kinds
from apps.jobs.services import enqueue
from apps.users.erasure import contains_number, erases, names_of
from apps.users.models import User

FEWEST_LETTERS = 3  # of the beginning of a name, to mean its owner


@erases
def write_without(user: User) -> None:
    """Have the files that name the user written anew; delete those of a search for the user's name."""
    rewrite_exports(user, names_of(user))


def rewrite_exports(user: User, names: Collection[str]) -> None:
    """Have the files with rows of the user written anew; delete those of a search for one of the names.

    The names are folded.
    """
    for export in Export.objects.select_for_update().order_by("pk"):
        if _is_search_for(names, export.query):
            export.delete()
        elif _names(user, export):
            _begin_anew(export)


def _is_search_for(names: Collection[str], query: str) -> bool:
    text = folded(QueryDict(query).get(SEARCH_VAR, ""))
    if contains_number(names, text):
        return True
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names) or any(
        _begins_word_of(name, word) for word in text.split() for name in names
    )


def _begins_word_of(name: str, word: str) -> bool:
    if len(word) < FEWEST_LETTERS or word.isdigit():
        return False
    own = name if "@" in word else name.partition("@")[0]  # a domain is that of many
    return re.search(rf"(?<![^\W_]){re.escape(word)}", own) is not None


def _names(user: User, export: Export) -> bool:
    naming = {kind.name: kind.naming for kind in all_kinds()}
    if export.kind not in naming:  # of a newer release: it may
        return True
    rows = naming[export.kind]
    return rows is not None and rows(user).filter(pk__lte=export.last_id).exists()


def _begin_anew(export: Export) -> None:
    export.parts.all().delete()
    export.finished_at = None
    export.archive = {}
    export.done = export.last_id = export.rows = export.parts_written = export.size = 0
    export.save()
    enqueue(job_of(export))
