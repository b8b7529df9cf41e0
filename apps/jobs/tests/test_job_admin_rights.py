"""Permissions of jobs in the admin; no page of it writes anything."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from apps.jobs.models import Job
from apps.jobs.tests.factories import make_job, make_running_job

LIST = "/admin/jobs/job/"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("make", [make_job, make_running_job])
def test_sent_page_of_a_job_writes_nothing(client: Client, staff, make: Callable[[], Job]):
    job = make()
    before = Job.objects.values().get()
    client.force_login(staff)

    client.post(f"{LIST}{job.pk}/change/", {"status": "done", "attempts": "0", "_save": "Save"})

    assert Job.objects.values().get() == before


@pytest.mark.parametrize(("permissions", "runs"), [(["view_job"], False), (["view_job", "change_job"], True)])
def test_jobs_are_run_again_by_staff_who_may_change_them(
    client: Client, make_user: Callable, permissions: list[str], runs: bool
):
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(clerk)
    job = make_job(status="failed")

    shown = client.get(LIST)
    client.post(LIST, {"action": "run_again", "_selected_action": [job.pk]})

    assert shown.status_code == 200
    assert Job.objects.get().status == ("pending" if runs else "failed")


@pytest.mark.parametrize(("is_staff", "answer"), [(True, 403), (False, 302)])
def test_jobs_are_closed_to_everybody_else(client: Client, make_user: Callable, is_staff: bool, answer: int):
    client.force_login(make_user(is_staff=is_staff))
    job = make_job()

    statuses = [client.get(address).status_code for address in (LIST, f"{LIST}{job.pk}/change/")]

    assert statuses == [answer, answer]
