"""The store's settings, without any middleware."""

from online_store.settings import *  # noqa: F403

MIDDLEWARE = []
ROOT_URLCONF = "benchmarks.reference.urls"
WSGI_APPLICATION = "benchmarks.reference.wsgi.application"
