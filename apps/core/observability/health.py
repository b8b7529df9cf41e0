"""Health checks: whether the process is up, and whether it can serve.

They are no calls of the API, and bear any parameter: a balancer that adds one must not find the store down.
"""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, JsonResponse
from kombu import Connection
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from apps.core.database import replica

BROKER_TIMEOUT_SECONDS = 0.5
# One try, of a connection of its own: what Celery may wait for is too long for a probe.
ASKED_ONCE = {
    "socket_timeout": BROKER_TIMEOUT_SECONDS,
    "socket_connect_timeout": BROKER_TIMEOUT_SECONDS,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}


def healthz(request: HttpRequest) -> JsonResponse:
    """Answer that the process is up."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database is reachable, else 503; what else there is is reported, not required."""
    database = _state(_database_answers)
    parts = {"database": database, "cache": _state(_cache_keeps)}
    if replica.is_configured():
        parts["replica"] = _state(replica.answers)
    if not settings.STORE_EMBEDDED:
        parts["broker"] = _state(_broker_answers)
    ready = database == "ok"
    return JsonResponse({"status": "ok" if ready else "unavailable", **parts}, status=200 if ready else 503)


def _state(works: Callable[[], bool]) -> str:
    return "ok" if works() else "unavailable"


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return False
    return True


def _cache_keeps() -> bool:
    key = f"readyz:{secrets.token_hex(8)}"
    cache.set(key, b"ok", timeout=10)
    return bool(cache.get(key) == b"ok")


def _broker_answers() -> bool:
    try:
        # Celery's own client, which knows TLS and Sentinels by the same address.
        options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | ASKED_ONCE
        with Connection(settings.CELERY_BROKER_URL, transport_options=options) as broker:
            return bool(broker.default_channel.client.ping())
    except (KombuError, RedisError, OSError):
        return False
