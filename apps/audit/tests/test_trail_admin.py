"""Staff read the audit trail in the admin: they find what they look for, and change nothing."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from apps.audit.models import AuditEntry
from apps.audit.tests.factories import make_entry

LIST = reverse("admin:audit_auditentry_changelist")
JANUARY, FEBRUARY = (datetime(2026, month, 1, 12, tzinfo=UTC) for month in (1, 2))

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client, staff) -> Client:
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def page_of(entry: AuditEntry) -> str:
    return reverse("admin:audit_auditentry_change", args=[entry.pk])


@pytest.fixture
def entries(make_user: Callable) -> dict[str, AuditEntry]:
    """Return three entries by name, and leave those of the fixtures out."""
    anna = make_user(username="anna")
    values = {
        "price": {"actor": anna, "source": "admin", "request_id": "req-1", "target_id": 71},
        "order": {"target_kind": "orders.order", "action": "created", "target_id": 72},
        "rights": {"target_kind": "users.user", "target_id": anna.pk, "source": "command"},
    }
    moments = {"price": JANUARY, "order": FEBRUARY, "rights": FEBRUARY}
    made = {}
    for name, given in values.items():
        with time_machine.travel(moments[name], tick=False):
            made[name] = make_entry(**given)
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("source__exact=admin", ["price"]),
        ("source__exact=command&action__exact=changed", ["rights"]),
        ("action__exact=created&target_kind__exact=orders.order", ["order"]),
        ("target_kind__exact=catalog.product", ["price"]),
        ("target_kind__exact=orders.order&target_id__exact=72", ["order"]),
        ("created_at_to=2026-01-31", ["price"]),
        ("created_at_from=2026-02-01&created_at_to=2026-02-01", ["order", "rights"]),
        ("q=req-1", ["price"]),
        ("q=+72+", ["order"]),
        ("q=ANNA", ["price", "rights"]),
        ("q=nobody", []),
    ],
)
def test_entries_are_found(office: Client, entries: dict[str, AuditEntry], query: str, found: list[str]):
    response = office.get(f"{LIST}?{query}")

    shown = {entry.pk for entry in response.context["cl"].queryset}
    assert [name for name, entry in entries.items() if entry.pk in shown] == found


def test_list_tells_who_did_what_to_what(office: Client, staff, make_user: Callable):
    anna = make_user(username="anna", is_staff=True)
    changes = {"status": ["pending", "shipped"], "total_price": [None, "1200.50"]}
    order = {"target_kind": "orders.order", "target_id": 72}
    shipped = make_entry(actor=anna, source="admin", request_id="req-1", changes=changes, **order)
    make_entry(target_kind="users.user", target_id=anna.pk, changes={"is_staff": [True, False]})
    hostile = {"target_name": "<script>alert(1)</script>", "changes": {"name": ["<b>", "&amp;"]}}
    make_entry(**hostile)

    text = office.get(LIST).text

    assert '<a href="/admin/orders/order/72/change/">order #72</a>' in text
    assert "<div>status: pending → shipped</div><div>total: — → 1,200.50\xa0₽</div>" in text
    assert f'<a href="/admin/users/user/{anna.pk}/change/">user anna</a>' in text
    assert "<div>staff status: Yes → No</div>" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<div>name: &lt;b&gt; → &amp;amp;</div>" in text
    assert "<script>alert" not in text
    assert f'<a href="{LIST}?q=req-1">req-1</a>' in office.get(page_of(shipped)).text


def test_page_of_an_entry_shows_all_values_in_a_table(office: Client):
    long = "Leaves " * 200
    entry = make_entry(changes={"description": ["", long], "gone_field": ["1", ["a", "b"]]})

    text = office.get(page_of(entry)).text

    assert '<th scope="col">before</th><th scope="col">after</th>' in text
    cells = f'<td class="audit-value">—</td><td class="audit-value">{long}</td>'
    assert f'<th scope="row">description</th>{cells}' in text
    assert '<th scope="row">gone_field</th><td class="audit-value">1</td>' in text
    assert "a, b</td>" in text
    assert "style=" not in text.split('id="content-main"')[1]


def test_not_even_a_superuser_writes_to_it(office: Client):
    entry = make_entry(changes={"price": ["1.00", "2.00"]})
    before = list(AuditEntry.objects.values())

    delete = reverse("admin:audit_auditentry_delete", args=[entry.pk])
    answers = [
        office.get(reverse("admin:audit_auditentry_add")),
        office.post(reverse("admin:audit_auditentry_add"), {"action": "changed"}),
        office.post(page_of(entry), {"action": "deleted"}),
        office.post(delete, {"post": "yes"}),
    ]
    chosen = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
    office.post(LIST, chosen)

    assert [answer.status_code for answer in answers] == [403] * 4
    assert "delete_selected" not in office.get(LIST).text
    assert list(AuditEntry.objects.values()) == before


def test_only_who_may_read_it_does(client: Client, make_user: Callable):
    clerk, entry = make_user(is_staff=True), make_entry()
    client.force_login(clerk)
    assert [client.get(LIST).status_code, client.get(page_of(entry)).status_code] == [403, 403]

    clerk.user_permissions.add(Permission.objects.get(codename="view_auditentry"))

    assert [client.get(LIST).status_code, client.get(page_of(entry)).status_code] == [200, 200]


def test_history_in_the_admin_leads_to_all_changes(office: Client, customer):
    page = reverse("admin:users_user_history", args=[customer.pk])
    link = f"{LIST}?target_kind__exact=users.user&amp;target_id__exact={customer.pk}"

    text = office.get(page).text

    assert f'<a href="{link}">' in text
    assert "have a change history" not in text
    shown = office.get(link.replace("&amp;", "&")).context["cl"].queryset
    assert list(shown) == list(AuditEntry.objects.about(customer))


@pytest.mark.parametrize("number", [1, 40])
def test_list_asks_as_often_whatever_the_number_of_entries(office: Client, make_user: Callable, number: int):
    for _entry in range(number):
        user = make_user()
        make_entry(actor=user, target_kind="users.user", target_id=user.pk)

    with CaptureQueriesContext(connection) as queries:
        response = office.get(LIST)

    assert len(response.context["cl"].result_list) >= number
    assert len(queries) == 4  # session, user, count, rows


@pytest.mark.django_db
def test_entry_is_called_by_what_was_changed():
    entry = make_entry(target_kind="orders.order", target_id=72, action="changed")

    with override("ru"):
        assert str(entry) == "заказ № 72: изменено"
