"""Celery, and the jobs that its workers run."""

from typing import Any

from celery.schedules import crontab

from online_store.env.servers import broker
from online_store.env.values import matching
from online_store.settings.base import env

JOB_LEASE_SECONDS = 60  # a dead worker's job is taken over after this; a living one renews every third of it
JOB_SWEEP_SECONDS = 3  # how often a worker looks for due jobs itself
JOB_MESSAGE_SECONDS = 10  # how long a message is trusted to be on its way before the job is announced again
JOB_KEEP_DAYS = 90  # finished jobs are deleted after this
# For the jobs of a worker that is told to end.
JOB_GRACE_SECONDS = env.number("JOB_GRACE_SECONDS", 20, at_most=3600)
# Of the embedded server and of `manage.py jobs`.
JOB_THREADS = env.number("JOB_THREADS", 2, at_least=1, at_most=100)

CELERY_BROKER_URL = env.read("CELERY_BROKER_URL", "redis://127.0.0.1:6379/0", broker)
CELERY_BROKER_SENTINEL_MASTER = env.read(
    "CELERY_BROKER_SENTINEL_MASTER", "", matching(r"[A-Za-z0-9._-]+", "a name of letters, digits and . - _")
)
if env.text("CELERY_BROKER_URL").startswith("sentinel://") and not CELERY_BROKER_SENTINEL_MASTER:
    env.refuse("CELERY_BROKER_SENTINEL_MASTER must be set when CELERY_BROKER_URL is sentinel://….")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    # A worker asks Redis for lost messages from time to time, and waits for the answer: without a limit it
    # would be deaf for ever when the network has gone without a word, and publishing to a frozen Redis would
    # never end.
    "socket_timeout": 5,
    "socket_connect_timeout": 2,  # a live Redis answers in milliseconds
    "socket_keepalive": True,  # a firewall does not forget a connection that is quiet for hours
    # While a worker waits for messages no time-out runs: it asks now and then whether Redis is still there.
    "health_check_interval": 10,
    # A message is sent again when its job has no end after this: above the limit of a task. The sweep brings
    # a lost job back much sooner, so Celery's own search for such messages keeps its slow pace.
    "visibility_timeout": 300,
}
if CELERY_BROKER_SENTINEL_MASTER:
    CELERY_BROKER_TRANSPORT_OPTIONS |= {
        "master_name": CELERY_BROKER_SENTINEL_MASTER,
        # The client would ask a dead Sentinel three more times, with growing pauses, before the next one.
        "sentinel_kwargs": {"socket_timeout": 1, "socket_connect_timeout": 1, "retry": None},
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # however long Redis is away
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 270
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 5000
# Celery would close the connection to the database before and after each task, whatever CONN_MAX_AGE says;
# celery.py has Django close those that are old or broken.
CELERY_DB_REUSE_MAX = CELERY_WORKER_MAX_TASKS_PER_CHILD
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "daily-maintenance": {
        "task": "apps.jobs.tasks.maintenance",
        "schedule": crontab(hour="3", minute="30"),
    },
}
