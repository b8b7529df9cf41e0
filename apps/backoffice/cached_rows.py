"""Cached rows of the dashboard: what costs too much to be queried for everybody who looks."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from apps.core.days import today


@dataclass(frozen=True)
class Kept:
    """Rows of the database as JSON has them, days and amounts as texts, and when they were read."""

    rows: list[list[Any]]
    read_at: datetime


def kept(name: str, read: Callable[[], list[tuple[Any, ...]]], *, seconds: int) -> Kept:
    """Return the rows with this name, no older than so many seconds.

    They belong to a day, a time zone and a currency: none may show those of another.
    """

    def reading() -> str:
        return json.dumps({"rows": read(), "read_at": timezone.now()}, cls=DjangoJSONEncoder)

    key = f"backoffice:{name}:{today()}:{settings.TIME_ZONE}:{settings.STORE_CURRENCY}"
    # As JSON: the cache takes that, or bytes, only.
    found = json.loads(cache.get_or_set(key, reading, seconds) or reading())
    return Kept(found["rows"], datetime.fromisoformat(found["read_at"]))
