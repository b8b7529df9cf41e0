"""The Celery application: `celery -A online_store worker`."""

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "online_store.settings")

app = Celery("online_store")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_log(loglevel: int, **kwargs: Any) -> None:
    """Leave the log to `settings.LOGGING`; what a library prints becomes lines of it."""
    logging.getLogger().setLevel(loglevel)
    app.log.redirect_stdouts("WARNING")  # a name: the processes of the worker look it up
