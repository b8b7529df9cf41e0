"""Figures for Prometheus at `/metrics`, which is there only while `METRICS_TOKEN` is set.

Events are counted where they happen; under gunicorn each process keeps its counts in a file, and whichever is
asked adds the files up (see gunicorn.conf.py). What is looked up when asked for, as the state of the jobs,
comes from the collectors that apps put into `AT_SCRAPE`.
"""

import os
import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.signals import request_finished
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

PATH = "/metrics"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

disable_created_metrics()  # a figure for each counter that only one process alone would tell
COUNTED = CollectorRegistry()
AT_SCRAPE = CollectorRegistry()

# Labels take few values, whatever is sent: routes are names of addresses, never paths.
REQUESTS = Counter("store_requests", "Requests answered.", ["method", "route", "status"], registry=COUNTED)
SECONDS = Histogram("store_request_seconds", "Seconds until the response.", ["route"], registry=COUNTED)
REFUSALS = Counter("store_refusals", "Requests refused, by the problem's code.", ["code"], registry=COUNTED)
CACHE_READS = Counter(
    "store_cache_reads",
    "Reads of cached responses: hit, miss, or bypass while the cache is away.",
    ["namespace", "outcome"],
    registry=COUNTED,
)
POOL = {
    figure: Gauge(f"store_database_pool_{name}", text, multiprocess_mode="livesum", registry=COUNTED)
    for figure, name, text in (
        ("pool_max", "limit", "Database connections that there may be."),
        ("pool_size", "connections", "Database connections that there are."),
        ("pool_available", "idle", "Database connections that nobody uses."),
        ("requests_waiting", "waiting", "Requests that wait for a database connection."),
    )
}


def count(counter: Counter, *labels: str) -> None:
    """Count one more, while somebody may ask for it."""
    if settings.METRICS_TOKEN:
        counter.labels(*labels).inc()


class MetricsMiddleware:
    """Answer `/metrics` and count all other requests.

    It answers before the checks of host and TLS: Prometheus calls each container by its address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response
        # After each request, when Django's own receiver has given the connection back.
        request_finished.connect(note_pool)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        if request.path_info == PATH:
            return metrics_page(request)
        began = time.perf_counter()
        response = self.get_response(request)
        route = _route(request)
        SECONDS.labels(route).observe(time.perf_counter() - began)
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, route, response.status_code).inc()
        return response


@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Answer all figures to whoever has the token."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not constant_time_compare(token.strip(), settings.METRICS_TOKEN):
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer realm="metrics"'})
    note_pool()
    text = generate_latest(_counted()) + generate_latest(AT_SCRAPE)
    return HttpResponse(text, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def note_pool(**kwargs: object) -> None:
    """Note how this process uses its pool of database connections, if it has one."""
    if pool := getattr(connection, "pool", None):
        figures = pool.get_stats()
        for figure, gauge in POOL.items():
            gauge.set(figures[figure])


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name if match else "none"


def _counted() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:  # noqa: TID251  the library's own, set by gunicorn.conf.py
        return COUNTED
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry
