"""Notifications of workers through the broker. A message may be lost or doubled: the job's row is the truth.

A request must not wait for Redis, so a thread of the process speaks to it. Whatever is not said, because
Redis is away or the process is killed, a worker finds at its next sweep.
"""

import logging
import os
import queue
import threading
import time
from collections.abc import Iterable

from celery import current_app
from django.conf import settings
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

TASK = "apps.jobs.tasks.run"
MAX_WAITING = 1000  # messages of this process; more are left to the sweep
MAX_AT_BROKER = 1000  # messages at the broker, about; more are left to the sweep
ASK_AGAIN_SECONDS = (
    1.0  # that a broker which is away, or has enough, is left alone: to ask takes a connection
)
# A question that the worker's main process asks: kombu would go on asking for six seconds.
AT_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0}
BROKER_ERRORS = (KombuError, RedisError, OSError)

wake_up = threading.Event()  # set when the runner of this process should look for work

logger = logging.getLogger(__name__)


def notify(job_ids: Iterable[int]) -> None:
    """Announce the jobs: to the threads of the embedded mode, else to Celery. Never raises, never waits."""
    if settings.STORE_EMBEDDED:
        wake_up.set()
        return
    for job_id in job_ids:
        _publisher().put(job_id)


def waiting_messages() -> int | None:
    """Return how many messages no worker has taken yet; None when the broker does not answer."""
    try:
        with current_app.connection_for_write(transport_options=AT_ONCE) as connection:
            return int(connection.default_channel.client.llen(current_app.conf.task_default_queue))
    except BROKER_ERRORS as error:
        logger.warning("The broker does not answer: %s", error)
        return None


def publish(job_id: int) -> bool:
    """Send one message to Celery's broker and tell whether it was taken."""
    try:
        current_app.send_task(TASK, args=[job_id])
    except BROKER_ERRORS as error:
        logger.warning("Job %s is not announced, the broker does not answer: %s", job_id, error)
        return False
    return True


class _Publisher:
    """A thread that sends what the requests of this process have to say."""

    def __init__(self) -> None:
        self.process_id = os.getpid()
        self._room = 0  # messages that may be sent before the broker is asked how many wait there
        self._ask_again_at = 0.0  # by time.monotonic()
        self._waiting: queue.Queue[int] = queue.Queue(MAX_WAITING)
        threading.Thread(target=self._send, name="job-publisher", daemon=True).start()

    def put(self, job_id: int) -> None:
        try:
            self._waiting.put_nowait(job_id)
        except queue.Full:
            logger.warning("Job %s is left to the sweep: too many messages wait for the broker", job_id)

    def _send(self) -> None:
        while True:
            job_id = self._waiting.get()
            try:
                if self._has_room():
                    publish(job_id)
                else:
                    logger.warning("Job %s is not announced: the broker is away, or has enough", job_id)
            except Exception:  # this thread has no successor: it must outlive whatever a message meets
                logger.exception("Job %s is not announced", job_id)

    def _has_room(self) -> bool:
        if self._room <= 0 and time.monotonic() >= self._ask_again_at:
            waiting = waiting_messages()
            self._room = 0 if waiting is None else MAX_AT_BROKER - waiting
            if self._room <= 0:
                self._ask_again_at = time.monotonic() + ASK_AGAIN_SECONDS
        self._room -= 1
        return self._room >= 0


_current: _Publisher | None = None
_lock = threading.Lock()


def _publisher() -> _Publisher:
    global _current  # noqa: PLW0603  one per process
    with _lock:
        if _current is None or _current.process_id != os.getpid():  # a forked process has no threads
            _current = _Publisher()
        return _current
