"""The Celery application: `celery -A online_store worker`."""

import gc
import logging
import os
from importlib import import_module
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_prerun, worker_init
from django.db import close_old_connections
from kombu.transport import redis

from online_store.start import load_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "online_store.settings")


class GoneProofQoS(redis.QoS):
    """Hand messages back to Redis only while there is a connection.

    When Redis dies under several channels, kombu 5.7 closes one of them a second time, after its connection
    is gone. Handing back then raised AttributeError, which ended the worker.
    """

    def restore_unacked(self, client: Any = None) -> None:
        """Put the messages back that were taken and not begun; without a connection, leave them."""
        if self.channel.connection.client is not None:
            super().restore_unacked(client)


redis.Channel.QoS = GoneProofQoS

app = Celery("online_store")


@app.on_configure.connect
def check_settings(**kwargs: Any) -> None:
    """Let the command line of Celery end as every other start does when the settings cannot be used."""
    load_settings()


app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="celery_steps")  # of the worker
task_prerun.connect(close_old_connections)  # see CELERY_DB_REUSE_MAX


@worker_init.connect
def share_with_children(**kwargs: Any) -> None:
    """Load what the jobs need before the processes of the pool are forked, and let them share its memory."""
    import_module("apps.orders.invoices")
    import_module("apps.catalog.image_decoding")
    gc.collect()
    gc.freeze()  # the reason stands in gunicorn.conf.py


@setup_logging.connect
def keep_log(loglevel: int, **kwargs: Any) -> None:
    """Leave the log to `settings.LOGGING`; what a library prints becomes lines of it."""
    logging.getLogger().setLevel(loglevel)
    app.log.redirect_stdouts("WARNING")  # a name: the processes of the worker look it up
