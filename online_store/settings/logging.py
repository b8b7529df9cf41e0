"""Logging and metrics."""

from online_store.env.values import token
from online_store.settings.base import env

LOG_FORMAT = env.choice("LOG_FORMAT", "text", among=("text", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "ids": {"()": "apps.core.observability.logs.IdsFilter"},
        "refusals": {"()": "apps.core.observability.logs.RefusalsFilter"},
    },
    "formatters": {
        "text": {
            "class": "apps.core.observability.logs.UtcFormatter",
            "format": "{asctime} {levelname} {name} [{request_id}] [{job_id}] {message}",
            "style": "{",
        },
        "json": {"()": "apps.core.observability.logs.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["ids"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.request": {"filters": ["refusals"]},
        # Of the processes of a Celery worker; the library keeps it from the root.
        "multiprocessing": {"handlers": ["console"], "propagate": False, "level": "ERROR"},
    },
}
# Without one /metrics is not there, and nothing is counted.
METRICS_TOKEN = env.read("METRICS_TOKEN", "", token)
