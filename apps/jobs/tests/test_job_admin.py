"""Staff look at jobs, and change nothing but that a failed one runs again."""

import pytest
from django.urls import reverse

from apps.jobs.models import Job
from apps.jobs.tests.factories import make_job

LIST = reverse("admin:jobs_job_changelist")

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, staff):
    """Return the browser of a member of staff."""
    client.force_login(staff)
    return client


def change_page(job):
    return reverse("admin:jobs_job_change", args=[job.pk])


def test_list_shows_the_jobs(office):
    jobs = [make_job(), make_job(status="failed")]

    response = office.get(LIST)

    assert response.status_code == 200
    assert set(response.context["cl"].queryset) == set(jobs)
    assert all(job.key in response.text for job in jobs)


def test_list_can_be_searched_and_filtered(office):
    failed, done = make_job(status="failed"), make_job(status="done", request_id="checkout-42")

    searched = office.get(LIST, {"q": "checkout-42"})
    filtered = office.get(LIST, {"status__exact": "failed"})

    assert list(searched.context["cl"].queryset) == [done]
    assert list(filtered.context["cl"].queryset) == [failed]


def test_page_shows_why_a_job_failed(office):
    job = make_job(status="failed", last_error="CarrierAway: HTTP 503")

    response = office.get(change_page(job))

    assert response.status_code == 200
    assert "CarrierAway: HTTP 503" in response.text


def test_job_is_neither_invented_nor_lost(office):
    job = make_job(status="done")

    added = (
        office.get(reverse("admin:jobs_job_add")),
        office.post(reverse("admin:jobs_job_add"), {"key": "a"}),
    )
    deleted = office.post(reverse("admin:jobs_job_delete", args=[job.pk]), {"post": "yes"})
    action = office.post(LIST, {"action": "delete_selected", "_selected_action": [job.pk], "post": "yes"})

    assert [response.status_code for response in (*added, deleted)] == [403, 403, 403]
    assert action.status_code == 302
    assert list(Job.objects.all()) == [job]


def test_chosen_failed_jobs_run_again(office):
    failed, done = make_job(status="failed", attempts=12), make_job(status="done", attempts=1)
    other = make_job(status="failed", attempts=12)
    chosen = [failed.pk, done.pk]

    response = office.post(LIST, {"action": "run_again", "_selected_action": chosen}, follow=True)

    assert response.status_code == 200
    assert len(response.context["messages"]) == 1
    assert list(Job.objects.order_by("pk").values_list("pk", "status", "attempts")) == [
        (failed.pk, "pending", 0),
        (done.pk, "done", 1),
        (other.pk, "failed", 12),
    ]
