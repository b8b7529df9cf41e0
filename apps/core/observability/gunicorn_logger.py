"""The log of gunicorn itself, where the store's is JSON."""

from typing import Any

from gunicorn.glogging import Logger

from apps.core.observability.logs import JsonFormatter


class JsonServerLog(Logger):
    """gunicorn's loggers with the store's form of a line; where they write stays gunicorn's to say."""

    def setup(self, cfg: Any) -> None:
        """Make the handlers, as gunicorn does at the start and at a reload."""
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(JsonFormatter())
