"""Jobs that follow others of their subject wait for them, however long these take."""

import os
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from apps.core.tests.threads import at_once
from apps.jobs import services, stats
from apps.jobs.models import Job
from apps.jobs.registry import followers, handler, kinds
from apps.jobs.runner import run_due_jobs, run_job
from apps.jobs.tests.factories import make_job, make_running_job

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROUNDS = int(os.environ.get("STORE_TEST_LIVES", "2"))
WORKERS = 4

pytestmark = pytest.mark.django_db


class Busy(Exception):
    """What heals by itself."""


@pytest.fixture
def parcel(kind_of: Callable[..., str]) -> str:
    """Return a kind that follows nothing."""
    return kind_of(lambda job: None)


@pytest.fixture
def email(kind_of: Callable[..., str], parcel: str) -> str:
    """Return a kind that follows itself, and parcels."""
    return following(kind_of(lambda job: None), parcel)


def following(kind: str, *others: str) -> str:
    handler(kind, follows=(kind, *others), retry_on=(Busy,))(lambda job: None)
    return kind


def claimable() -> set[int]:
    """Return which jobs each way of beginning one leads to, which must be the same."""
    due = set(services.due_job_ids(10))
    Job.objects.update(published_at=None)
    announced = set(services.next_to_publish(10))
    claimed = set()
    for job in Job.objects.order_by("-pk"):
        if services.claim(job.pk):
            claimed.add(job.pk)
            Job.objects.filter(pk=job.pk).update(
                status=job.status, lease=job.lease, leased_until=job.leased_until
            )
    assert due == announced == claimed
    return due


@pytest.mark.parametrize("state", ["due", "postponed", "left by a dead worker"])
@pytest.mark.parametrize("is_same_kind", [True, False])
def test_job_waits_while_an_earlier_one_that_it_follows_is_not_over(email, parcel, state, is_same_kind):
    values = {"subject": "order:1"}
    if state == "postponed":
        values["run_at"] = timezone.now() + timedelta(hours=1)
    make = make_running_job if state == "left by a dead worker" else make_job
    seconds = {"seconds_left": 0} if state == "left by a dead worker" else {}
    first = make(email if is_same_kind else parcel, **values, **seconds)
    second = make_job(email, subject="order:1")

    assert services.claim(second.pk) is None
    assert claimable() == (set() if state == "postponed" else {first.pk})


@pytest.mark.parametrize("status", ["done", "failed"])
def test_job_goes_on_when_the_one_before_it_is_over(email, status):
    make_job(email, subject="order:1", status=status)
    second = make_job(email, subject="order:1")

    assert claimable() == {second.pk}


def test_job_waits_for_no_later_one_for_no_other_subject_and_for_no_kind_that_it_does_not_follow(
    email, parcel
):
    later = timezone.now() + timedelta(hours=1)
    make_job(email, subject="order:2", run_at=later)
    make_job("unknown", subject="order:1", run_at=later)
    job = make_job(email, subject="order:1")
    plain = make_job(parcel, subject="order:1")
    make_job(email, subject="order:1", run_at=later)

    assert claimable() == {job.pk, plain.pk}


def test_jobs_are_done_in_order_however_often_the_first_is_put_off(kind_of):
    done, troubles = [], [Busy(), Busy(), Busy()]

    def run(job: Job) -> None:
        if troubles:
            raise troubles.pop()
        done.append(job.key)

    kind = kind_of(run)
    handler(kind, follows=(kind,), retry_on=(Busy,))(run)
    with time_machine.travel(NOON, tick=False) as traveller:
        for key in "abc":
            make_job(kind, subject="order:1", key=key)
        for _attempt in range(3):
            run_due_jobs()
            assert done == []
            traveller.move_to(Job.objects.get(key="a").run_at)
        run_due_jobs()

    assert done == ["a", "b", "c"]
    assert list(Job.objects.order_by("pk").values_list("attempts", flat=True)) == [4, 1, 1]


def test_job_that_fails_for_good_lets_the_next_one_go_at_once(kind_of):
    done = []

    def run(job: Job) -> None:
        if job.key == "a":
            raise ValueError
        done.append(job.key)

    kind = kind_of(run)
    handler(kind, follows=(kind,))(run)
    first = make_job(kind, subject="order:1", key="a")
    for key in "bc":
        make_job(kind, subject="order:1", key=key)

    count = run_job(first.pk)

    assert (count, done) == (3, ["b", "c"])
    assert list(Job.objects.order_by("pk").values_list("status", flat=True)) == ["failed", "done", "done"]


def test_failed_job_that_is_run_again_holds_up_what_has_not_begun(email):
    first = make_job(email, subject="order:1", status="failed")
    make_job(email, subject="order:1")

    services.run_again([first.pk])

    assert claimable() == {first.pk}


def test_job_that_waits_its_turn_is_not_late(email):
    with time_machine.travel(NOON, tick=False):
        make_job(email, subject="order:1", run_at=NOON + timedelta(minutes=1))
        make_job(email, subject="order:1", run_at=NOON - timedelta(hours=1))
        make_job(email, subject="order:2", run_at=NOON - timedelta(minutes=10))

        [letters] = stats.unfinished_by_kind(NOON)
        late = Job.objects.late(NOON).values_list("subject", flat=True)

    assert (letters.waiting, letters.late, letters.due_since) == (3, 1, NOON - timedelta(minutes=10))
    assert list(late) == ["order:2"]


def test_every_kind_that_is_followed_is_there():
    assert {kind for followed in followers().values() for kind in followed} <= set(kinds())


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_workers_keep_the_order_of_every_subject(kind_of):
    random, done = Random(7), defaultdict(list)

    def run(job: Job) -> None:
        if random.random() < 0.3:
            raise Busy
        done[job.subject].append(job.pk)

    kind = kind_of(run)
    handler(kind, follows=(kind,), retry_on=(Busy,), attempts=1000)(run)
    for _round in range(ROUNDS):
        ordered = defaultdict(list)
        for number in range(40):
            job = make_job(kind, subject=f"order:{number % 4}")
            ordered[job.subject].append(job.pk)

        def work(hand: int) -> None:
            while Job.objects.exclude(status="done").exists():
                Job.objects.filter(status="pending").update(run_at=timezone.now())  # no pauses
                if not run_due_jobs(1 + hand):
                    run_job(Random(hand).choice(Job.objects.values_list("pk", flat=True)))

        at_once(WORKERS, work)

        assert done == ordered
        Job.objects.all().delete()
        done.clear()


@pytest.mark.postgres
def test_turn_is_found_by_the_subject_among_many_jobs(email):
    Job.objects.bulk_create(
        Job(kind=email, key=f"job:{number}", subject=f"order:{number // 5}", status=status)
        for status, numbers in (("done", range(15_000)), ("pending", range(15_000, 17_000)))
        for number in numbers
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_job")

    plan = Job.objects.due(NOON).available(NOON).order_by("run_at", "pk")[:20].explain()

    assert "Seq Scan" not in plan
    assert plan.count("jobs_job_unfinished") == 1
    # The earlier ones of the subject; and what runs, of its own few or among the few of all.
    assert plan.count("jobs_job_subject") + plan.count("jobs_job_running") == 2
