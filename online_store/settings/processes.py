"""Settings of processes: how many serve and work, and whom gunicorn believes."""

from online_store.env.hosts import proxy
from online_store.env.values import log_file
from online_store.settings.base import STORE_EMBEDDED, env

WEB_CONCURRENCY = env.number("WEB_CONCURRENCY", 2, at_least=1, at_most=500)
WEB_THREADS = env.number("WEB_THREADS", 8, at_least=1, at_most=500)
WEB_ACCESS_LOG = env.read("WEB_ACCESS_LOG", "", log_file)
FORWARDED_ALLOW_IPS = env.words("FORWARDED_ALLOW_IPS", ("127.0.0.1", "::1"), proxy)
CELERY_WORKER_CONCURRENCY = env.number("WORKER_CONCURRENCY", 4, at_least=1, at_most=500)
# Jobs at the same time of a circuit that may take half of the workers: a dead one leaves the rest to others.
JOB_CIRCUIT_LIMIT = 1 if STORE_EMBEDDED else max(1, CELERY_WORKER_CONCURRENCY // 2)
