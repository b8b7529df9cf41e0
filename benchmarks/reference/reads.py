"""Reads: the bytes of an answer of the store, from memory or from Memcached."""

import os
from functools import cache as once
from pathlib import Path

import jwt
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from apps.users.models import User

FOLDER = Path(os.environ.get("BENCH_ANSWERS", ""))


def bare_view(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with the bytes."""
    return HttpResponse(_bytes(name), content_type="application/json")


def bare_cache(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with the bytes, fetched by one multi-get of two keys, as the store needs two."""
    key = f"bench:{name}"
    found = cache.get_many([key, f"{key}:token"])
    return HttpResponse(found[key], content_type="application/json")


def bare_cache_of_user(request: HttpRequest, name: str) -> HttpResponse:
    """Check the JWT and read the user's row before."""
    token = request.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, settings.JWT_SIGNING_KEY, algorithms=["HS256"])
    if not User.objects.get(pk=claims["user_id"]).is_active:
        return HttpResponse(status=401)
    return bare_cache(request, name)


@once
def _bytes(name: str) -> bytes:
    return (FOLDER / name).read_bytes()
