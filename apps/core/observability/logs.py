"""Log lines: time, level, logger, message, and the ids of the request and the job they belong to.

Only the standard library is imported here: gunicorn's first process, which must not load the store, logs too.
"""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
JOB_ID: ContextVar[int | None] = ContextVar("job_id", default=None)


@contextmanager
def job_id_set(job_id: int) -> Iterator[None]:
    """Run the block for the given job."""
    token = JOB_ID.set(job_id)
    try:
        yield
    finally:
        JOB_ID.reset(token)


class IdsFilter(logging.Filter):
    """Add `request_id` and `job_id` to every log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass, with the ids on it."""
        record.request_id = REQUEST_ID.get() or "-"
        record.job_id = JOB_ID.get() or "-"
        return True


class RefusalsFilter(logging.Filter):
    """Leave the traceback out of what is no fault of the store, such as a page that somebody may not see."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass, in one line unless it is an error."""
        if record.levelno < logging.ERROR:
            record.exc_info = None
        return True


class UtcFormatter(logging.Formatter):
    """Write the time of a record in UTC: Django puts the clock of the process to the store's time zone."""

    converter = staticmethod(time.gmtime)


class JsonFormatter(logging.Formatter):
    """Write a record as one JSON object on one line, in ASCII: no text that is logged can begin another."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; `exception` is there only when there is one."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": REQUEST_ID.get() or None,
            "job_id": JOB_ID.get(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)
