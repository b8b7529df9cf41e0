"""The audit trail of jobs: who had a failed one run again."""

import pytest
from django.urls import reverse

from apps.jobs.tests.factories import make_job
from tests.support.audit_trail import REQUEST, audit_entry, trail

pytestmark = pytest.mark.django_db


def test_jobs_that_are_run_again_in_the_admin_and_in_the_api(client, staff, staff_api):
    failed, other, done = make_job(status="failed"), make_job(status="failed"), make_job(status="done")
    client.force_login(staff)
    chosen = {"action": "run_again", "_selected_action": [failed.pk, done.pk]}
    client.post(reverse("admin:jobs_job_changelist"), chosen, headers=REQUEST)
    staff_api.post(f"/api/v1/admin/jobs/{other.pk}/retry/", headers=REQUEST)
    staff_api.post(f"/api/v1/admin/jobs/{done.pk}/retry/", headers=REQUEST)

    assert trail(failed) == [audit_entry("run_again", {}, source="admin", by=staff, request="req-1")]
    assert trail(other) == [audit_entry("run_again", {}, source="api", by=staff, request="req-1")]
    assert trail(done) == []
