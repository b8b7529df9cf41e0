"""What exports keep of a user who is erased: a file that names the user is written anew."""

import re

from django.contrib.admin.views.main import SEARCH_VAR
from django.http import QueryDict

from apps.exports.jobs import job_of
from apps.exports.kinds import all_kinds
from apps.exports.models import Export
from apps.jobs.services import enqueue
from apps.users.erasure import called, erases
from apps.users.models import User


@erases
def write_without(user: User) -> None:
    """Have the files that name the user written anew; delete those of a search for the user's name."""
    for export in Export.objects.select_for_update().order_by("pk"):
        if _is_search_for(user, export.query):
            export.delete()
        elif _names(user, export):
            _begin_anew(export)


def _is_search_for(user: User, query: str) -> bool:
    text = QueryDict(query).get(SEARCH_VAR, "")
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) for name in called(user))


def _names(user: User, export: Export) -> bool:
    naming = {kind.name: kind.naming for kind in all_kinds()}
    if export.kind not in naming:  # of a newer release: it may
        return True
    rows = naming[export.kind]
    return rows is not None and rows(user).filter(pk__lte=export.last_id).exists()


def _begin_anew(export: Export) -> None:
    export.parts.all().delete()
    export.finished_at = None
    export.done = export.last_id = export.rows = export.parts_written = export.size = 0
    export.save()
    enqueue(job_of(export))
