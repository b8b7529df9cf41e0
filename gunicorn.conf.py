"""Settings of gunicorn, which reads this file by itself. Each stands with its reason."""

import gc
import os
import shutil
import tempfile
from importlib import import_module
from itertools import count
from typing import Any

from django.conf import settings
from prometheus_client import multiprocess, values

from online_store.gunicorn_worker import MAX_REQUEST_LINE
from online_store.listening import as_seen, everywhere
from online_store.start import load_settings

load_settings()

# Every interface of the container, whose port only its neighbours reach: the proxy, in Docker Compose.
bind = everywhere(8000)

# Threads, as a request mostly waits for the database; processes, as Python computes in one thread at a time.
# gunicorn's own gthread loses the connections that come while it ends.
worker_class = "online_store.gunicorn_worker.StoreWorker"
workers = settings.WEB_CONCURRENCY
threads = settings.WEB_THREADS

# The port opens when the store is loaded: a proxy takes an open one for a server that answers. The forks
# inherit no connection, as loading opens none.
# Not in the embedded mode: loading begins its background work, which must not run in the first process.
preload_app = not settings.STORE_EMBEDDED


def on_starting(server: Any) -> None:
    """Load the views too, which Django itself puts off until the first request."""
    if preload_app:
        import_module("online_store.urls")


def when_ready(server: Any) -> None:
    """Take what is loaded out of the garbage collector's sight before the first fork.

    It writes into every object that it looks at: with its first full search each process got a copy of its
    own, 16 MB of the 90.
    """
    gc.collect()
    gc.freeze()


# A search of a few hundred Cyrillic letters is long in percent encoding; the default is half of it.
limit_request_line = MAX_REQUEST_LINE

# A process that gives no sign of life for this long is replaced; longer than any wait for the database.
timeout = 30
# On SIGTERM requests may end; shorter than the grace that the container gets.
graceful_timeout = 30
# Above the idle time of usual proxies (60 s), so that none sends into a connection that is being closed. The
# proxy of Docker Compose keeps none open.
keepalive = 75

# Processes are renewed now and then, not all at once: whatever leaks stays small.
max_requests = 100_000
max_requests_jitter = 10_000

# The sign of life is a file's time: in memory it cannot stall on a busy disk.
worker_tmp_dir = "/dev/shm"  # noqa: S108  gunicorn makes a file of its own there, and unlinks it at once

# Nobody commands a running server but by signals.
control_socket_disable = True

# Whose X-Forwarded-* headers gunicorn heeds. In Docker Compose nobody's: Django alone looks at the one that
# the proxy has written.
forwarded_allow_ips = ",".join(as_seen(settings.FORWARDED_ALLOW_IPS))

# Off, as it doubles the log of a proxy; "-" writes it to standard output.
accesslog = settings.WEB_ACCESS_LOG or None

# The lines of gunicorn itself are JSON where those of the store are.
if settings.LOG_FORMAT == "json":
    logger_class = "apps.core.observability.gunicorn_logger.JsonServerLog"

# Each process counts in files of this folder, and whichever is asked for /metrics adds them up. SIGHUP reads
# this file again and must not move it; a server that SIGUSR2 starts inherits the variable and needs its own.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
folder_prefix = f"store-metrics-{os.getpid()}-"
if folder_prefix not in os.environ.get(FOLDER, ""):
    os.environ[FOLDER] = tempfile.mkdtemp(prefix=folder_prefix)

# Where a process keeps its number. The store is loaded once, in the first process, which has none; a variable
# is found by what was loaded then, whatever SIGHUP has read since.
NUMBER = "STORE_PROCESS_NUMBER"
values.ValueClass = values.MultiProcessValue(lambda: os.environ.get(NUMBER, "first"))


def pre_fork(server: Any, worker: Any) -> None:
    """Give the process a number that no living one has: it goes on in the files of one that is gone.

    By process ids, each renewed process would leave its files behind for as long as the server runs.
    """
    taken = {other.number for other in server.WORKERS.values()}
    worker.number = next(number for number in count() if number not in taken)


def post_fork(server: Any, worker: Any) -> None:
    """Let the process count in its own files."""
    os.environ[NUMBER] = str(worker.number)


def child_exit(server: Any, worker: Any) -> None:
    """Forget how the process that is gone used its database connections; its counts stay."""
    multiprocess.mark_process_dead(worker.number)


def on_exit(server: Any) -> None:
    """Remove the folder."""
    shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
