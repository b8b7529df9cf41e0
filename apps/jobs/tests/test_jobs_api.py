"""Staff see the jobs and run a failed one again, over the API."""

import pytest
from rest_framework.test import APIClient

from apps.core.tests.answers import on_the_wire, problem, problem_of
from apps.jobs.models import Job
from apps.jobs.tests.factories import make_job

URL = "/api/v1/admin/jobs/"

pytestmark = pytest.mark.django_db


def test_job_is_shown_with_its_error(staff_api: APIClient):
    job = make_job("invoice", status="failed", attempts=3, last_error="ValueError: no ink", request_id="abc")

    response = staff_api.get(f"{URL}{job.pk}/")

    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert response.json() == {
        "id": job.pk,
        "kind": "invoice",
        "key": job.key,
        "subject": job.subject,
        "status": "failed",
        "attempts": 3,
        "run_at": on_the_wire(job.run_at),
        "last_error": "ValueError: no ink",
        "request_id": "abc",
        "created_at": on_the_wire(job.created_at),
        "updated_at": on_the_wire(job.updated_at),
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [2, 1, 0]),
        ("?status=failed", [1]),
        ("?status=", [2, 1, 0]),
        ("?kind=invoice", [1, 0]),
        ("?subject=order:3", [2]),
        ("?status=failed&kind=shipment", []),
        ("?page_size=1&page=2", [1]),
    ],
)
def test_jobs_are_listed_newest_first(staff_api: APIClient, query: str, found: list[int]):
    jobs = [
        make_job("invoice", subject="order:1"),
        make_job("invoice", subject="order:2", status="failed"),
        make_job("shipment", subject="order:3", status="done"),
    ]

    response = staff_api.get(URL + query)

    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert [row["id"] for row in response.json()["results"]] == [jobs[number].pk for number in found]


@pytest.mark.parametrize("query", ["?status=lost", "?state=failed", "?page=x"])
def test_unreadable_query_is_refused(staff_api: APIClient, query: str):
    response = staff_api.get(URL + query)

    assert (response.status_code, response.json()["code"]) == (400, "invalid_query")


def test_failed_job_begins_anew(staff_api: APIClient):
    job = make_job(status="failed", attempts=12, last_error="x")

    response = staff_api.post(f"{URL}{job.pk}/retry/")

    assert response.status_code == 200
    assert (response.json()["status"], response.json()["attempts"]) == ("pending", 0)
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("pending", 0)


@pytest.mark.parametrize("status", ["pending", "done"])
def test_job_that_has_not_failed_is_left_alone(staff_api: APIClient, status: str):
    job = make_job(status=status, attempts=1)
    before = Job.objects.values().get()

    response = staff_api.post(f"{URL}{job.pk}/retry/", headers={"accept-language": "en"})

    assert problem_of(response) == problem(409, "job_not_failed", "Only failed jobs can be retried.")
    assert Job.objects.values().get() == before


def test_job_that_does_not_exist_is_not_there(staff_api: APIClient):
    assert [staff_api.get(f"{URL}77/").status_code, staff_api.post(f"{URL}77/retry/").status_code] == [
        404,
        404,
    ]


def test_list_takes_as_many_queries_whatever_its_length(staff_api: APIClient, django_assert_num_queries):
    for _ in range(20):
        make_job()

    with django_assert_num_queries(3):
        assert len(staff_api.get(URL).json()["results"]) == 20
