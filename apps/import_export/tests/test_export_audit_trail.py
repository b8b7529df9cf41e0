"""The audit trail as a CSV file: the rows of the admin's list."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import AuditEntry
from apps.import_export.exports import audit_rows
from apps.import_export.tests.export_pages import cells_of, exported

LIST, KIND = "audit_auditentry", "audit-trail"
HEADING = "id,created_at,username,through,request_id,action,kind,target_id,name,changes\r\n"

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client, staff):
    client.force_login(staff)
    return client


def make_entry(**values):
    defaults = {"source": "admin", "action": "changed", "target_kind": "catalog.product", "target_id": 7}
    entry = AuditEntry(**defaults | values)
    return AuditEntry.objects.bulk_create([entry])[0]


def test_file_of_the_trail(browser, make_user):
    clerk = make_user(username="+clerk")
    at = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    changed = make_entry(
        actor=clerk, request_id="r-1", target_name="=Чай", changes={"price": ["1.00", "2.00"]}
    )
    job = make_entry(source="job", action="created")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditentry SET created_at = %s", [at])

    query = "target_kind__exact=catalog.product"

    assert exported(browser, LIST, KIND, query).decode() == HEADING + (
        f"{changed.pk},2026-03-01T09:30:00Z,'+clerk,admin,r-1,changed,catalog.product,7,'=Чай,"
        '"{""price"": [""1.00"", ""2.00""]}"\r\n'
        f"{job.pk},2026-03-01T09:30:00Z,,job,,created,catalog.product,7,,{{}}\r\n"
    )


def test_filter_and_search_of_the_list_choose_the_entries(browser):
    # Not the id of any user: the trail also tells by which way they came.
    make_entry(target_id=1)
    wanted = make_entry(target_id=2_000_000, source="command")
    make_entry(target_id=2_000_000)

    rows = cells_of(exported(browser, LIST, KIND, "q=2000000&source__exact=command"))

    assert [cells[0] for cells in rows] == [str(wanted.pk)]


def test_list_has_the_button(browser):
    assert 'href="/admin/audit/auditentry/export/?q=1"' in browser.get("/admin/audit/auditentry/?q=1").text


def test_number_of_queries_does_not_grow_with_the_entries():
    ids = [make_entry().pk for _time in range(10)]
    with CaptureQueriesContext(connection) as queries:
        assert len(list(audit_rows(ids))) == 10
    assert len(queries) == 1
