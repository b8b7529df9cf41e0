"""Places for calls that requests make: a provider that hangs must not take all threads of a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.conf import settings

_places = BoundedSemaphore(max(1, settings.WEB_THREADS // 4))  # of this process


@contextmanager
def place_for_call() -> Iterator[bool]:
    """Tell whether the request may wait for a provider; if not, a job has to."""
    has_place = _places.acquire(blocking=False)
    try:
        yield has_place
    finally:
        if has_place:
            _places.release()
