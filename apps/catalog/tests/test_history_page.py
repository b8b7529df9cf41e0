"""The page of a row's history in the admin tells what the audit trail knows."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.audit.tests.factories import make_entry
from apps.catalog.tests.factories import make_product

TRAIL = reverse("admin:audit_auditentry_changelist")

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "is_told"), [("catalog.product", True), ("users.user", False)], ids=["goods", "people"]
)
def test_history_tells_who_sees_the_row_what_was_done_but_to_people(
    client: Client, make_user: Callable, kind: str, is_told: bool
):
    clerk = make_user(is_staff=True)
    seeing = Permission.objects.filter(codename__in=["view_product", "view_user"])
    clerk.user_permissions.set(seeing)
    row = make_product() if kind == "catalog.product" else make_user()
    make_entry(target_kind=kind, target_id=row.pk, changes={"is_active": [True, False], "gone": ["<b>", "c"]})
    client.force_login(clerk)

    page = reverse(f"admin:{kind.replace('.', '_')}_history", args=[row.pk])
    text = client.get(page, headers={"accept-language": "en"}).text

    assert ("<div>gone: &lt;b&gt; → c</div>" in text) == is_told
    assert TRAIL not in text
