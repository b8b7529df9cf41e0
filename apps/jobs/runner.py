"""Runner of jobs, alike in a Celery worker, in `manage.py jobs` and in the embedded server's threads."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import InterfaceError, close_old_connections, connection

from apps.core.observability.logs import job_id_set
from apps.core.observability.request_id import request_id_set
from apps.jobs import broker, services
from apps.jobs.exceptions import RunLater
from apps.jobs.fairness import yield_to_other_owners
from apps.jobs.models import Job
from apps.jobs.registry import ALWAYS_RETRIED, Handler, handler_of

BATCH = 20  # due jobs looked up at once
CHAIN_SECONDS = 60  # for jobs that follow one another, well below the time limit of Celery's task
FINISH_PAUSE_SECONDS = 0.5
IDLE_SECONDS = 1.0  # how long a runner sleeps when nothing is due, unless it is notified

logger = logging.getLogger(__name__)


class WorkerStopping(BaseException):
    """The worker ends in the middle of a job. No handler may take that for a failure of its own."""


class WorkerState:
    """State of a worker: whether it still takes jobs, and the jobs that its threads are running."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._running: dict[int, Job] = {}  # by thread

    @property
    def is_over(self) -> bool:
        """Tell whether no further job may be begun."""
        return self._over.is_set()

    def end(self) -> None:
        """Let no further job begin."""
        self._over.set()

    def interrupt(self) -> None:
        """End, and leave the job that this thread is running. Raises WorkerStopping when there is one."""
        self.end()
        if threading.get_ident() in self._running:
            raise WorkerStopping

    def release(self) -> None:
        """Release what the other threads are running: they do not live to see the end of it."""
        for job in list(self._running.values()):
            _release(job)

    @contextmanager
    def running(self, job: Job) -> Iterator[None]:
        """Run the job. Raises WorkerStopping when the worker is stopping already."""
        thread_id = threading.get_ident()
        self._running[thread_id] = job
        try:
            if self.is_over:
                raise WorkerStopping
            yield
        finally:
            del self._running[thread_id]


process_state = WorkerState()  # of a process that does one job at a time; a runner has its own


def run_job(job_id: int, state: WorkerState = process_state) -> int:
    """Do the job if it is free, then what else it held up, for a while; return how many jobs that were.

    Raises nothing but what the database raises when it is away: then the lease runs out and the job returns.
    """
    count, over_at = 0, time.monotonic() + CHAIN_SECONDS
    job = None if state.is_over else services.claim(job_id)
    while job is not None:
        began = time.monotonic()
        with request_id_set(job.request_id), job_id_set(job.pk), _lease_renewal(job):
            _attempt(job, state)
        yield_to_other_owners(job, time.monotonic() - began)
        count += 1
        is_over = state.is_over or count == BATCH or time.monotonic() > over_at
        job = None if is_over else services.claim_next(job)
    return count


def run_due_jobs(limit: int = BATCH) -> int:
    """Do at most so many of the jobs that are due now, with what follows them; return how many that were."""
    return sum(run_job(job_id) for job_id in services.due_job_ids(limit))


class Runner:
    """Threads that do due jobs until they are told to stop."""

    def __init__(self, threads: int) -> None:
        self._state = WorkerState()
        self._threads = [
            threading.Thread(target=self._work, name=f"jobs-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, *, timeout: float) -> None:
        """Let the threads finish their jobs, for at most `timeout` seconds together; release the others.

        The process should end then: a thread that is still busy goes on, but no longer has a say in its job.
        """
        deadline = time.monotonic() + timeout
        self._state.end()
        broker.wake_up.set()
        for thread in self._threads:
            thread.join(max(0, deadline - time.monotonic()))
        self._state.release()

    def _work(self) -> None:
        while not self._state.is_over:
            broker.wake_up.clear()  # before looking, so that what comes meanwhile is not slept over
            if not self._run_due_jobs():
                broker.wake_up.wait(IDLE_SECONDS)
        connection.close()

    def _run_due_jobs(self) -> bool:
        close_old_connections()
        try:
            for job_id in services.due_job_ids(BATCH):
                if self._state.is_over:
                    break
                run_job(job_id, self._state)
            else:
                return bool(services.due_job_ids(1))
        except (DatabaseError, InterfaceError):
            logger.exception("The database does not answer; the jobs wait")
        return False


def _attempt(job: Job, state: WorkerState) -> None:
    try:
        handler = handler_of(job.kind)
    except LookupError as error:
        logger.error("Job %s is left to a worker of a newer release: %s", job, error)
        services.release_unknown_kind(job, error)
        return
    if job.attempts > handler.attempts:  # it was claimed, and its worker died, every time
        services.fail(job, RuntimeError("Every worker that tried this job died."))
        return
    _run(job, handler, state)


def _run(job: Job, handler: Handler, state: WorkerState) -> None:
    try:
        with state.running(job):
            handler.run(job, **job.arguments)
    except WorkerStopping:
        connection.close()  # the interrupted query would be in the way
        _release(job)
    except services.LeaseLost as error:
        logger.warning("%s", error)
    except RunLater as later:
        logger.info("Job %s runs again at %s", job, later.at)
        services.run_later(job, later.at)
    except (*handler.retry_on, *ALWAYS_RETRIED) as error:
        logger.warning("Job %s, attempt %s: %r", job, job.attempts, error)
        services.postpone(job, error, handler)
    except Exception as error:
        logger.exception("Job %s failed", job)
        services.fail(job, error)
    else:
        logger.info("Job %s done", job)
        _finish(job)


def _finish(job: Job) -> None:
    """Record that the job is done, on a new connection if need be: what it did must not be done again.

    Raises what the database raises when it is still away at the end of a lease.
    """
    over_at = time.monotonic() + settings.JOB_LEASE_SECONDS
    while True:
        try:
            services.finish(job)
            return
        except (DatabaseError, InterfaceError):
            if time.monotonic() > over_at:
                raise
            logger.warning("Job %s is done, but the database does not take it down yet", job)
            connection.close()
            time.sleep(FINISH_PAUSE_SECONDS)


def _release(job: Job) -> None:
    try:
        services.release(job)
        logger.info("Job %s is released: its worker ends", job)
    except (DatabaseError, InterfaceError):
        logger.warning("Job %s is left to its lease: the database does not answer", job)


@contextmanager
def _lease_renewal(job: Job) -> Iterator[None]:
    over = threading.Event()
    # In this context, so that what it logs carries the ids of the job.
    keeper = threading.Thread(
        target=copy_context().run, args=(_renew_until, job, over), name=f"lease-{job.pk}", daemon=True
    )
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _renew_until(job: Job, over: threading.Event) -> None:
    while not over.wait(settings.JOB_LEASE_SECONDS / 3):
        try:
            services.renew_lease(job)
        except services.LeaseLost as error:
            logger.warning("%s", error)
            return
        except (DatabaseError, InterfaceError):
            logger.warning("The lease of job %s is not renewed: the database does not answer", job)
        finally:
            connection.close()
