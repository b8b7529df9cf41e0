"""The store as a WSGI application whose clock shows, for one request, the time that the request names."""

from contextlib import nullcontext

import time_machine
from django.core.wsgi import get_wsgi_application

store = get_wsgi_application()  # without the background work of the embedded mode


def application(environ, start_response):
    now = environ.get("HTTP_X_NOW")  # seconds since 1970
    with time_machine.travel(float(now)) if now else nullcontext():
        return store(environ, start_response)
