"""A file that names a customer who is erased is written anew, without the name."""

import pytest
from django.db import transaction

from apps.catalog.tests.factories import make_product
from apps.import_export.jobs import write_export
from apps.import_export.models import Export
from apps.import_export.registry import all_kinds
from apps.import_export.tests.export_pages import cells_of, downloaded, ordered
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.orders.tests.factories import make_order
from apps.users.erasure import erase
from apps.users.models import User

LISTS = {
    "audit-trail": "audit_auditentry",
    "order-items": "orders_order",
    "orders": "orders_order",
    "products": "catalog_product",
    "promotion-codes": "promotions_promotioncode",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def anna(make_user) -> User:
    return make_user(
        username="anna-canary",
        email="anna.canary@example.com",
        first_name="Canarianna 2026",
        last_name="Семёнова",
    )


def erased(user: User) -> User:
    with transaction.atomic():
        erase(user)
    return user


def test_every_list_that_can_be_exported_is_known():
    assert {kind.name for kind in all_kinds()} == LISTS.keys()


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.name)
def test_file_that_names_the_customer_is_written_anew(browser, anna, other_customer, kind):
    make_order(anna, {make_product(): 1})
    make_order(other_customer, {make_product(): 2})
    export = ordered(browser, LISTS[kind.name], kind.name)
    run_due_jobs()
    before = downloaded(browser, export)

    shell = erased(anna)

    names_people = kind.naming is not None
    assert (b"canary" in before) == names_people
    export.refresh_from_db()
    assert (export.finished_at is None, export.parts.exists()) == (names_people, not names_people)
    run_due_jobs()
    after = downloaded(browser, export)
    assert b"canar" not in after.lower()
    assert (shell.username.encode() in after) == names_people
    assert (after == before) == (not names_people)


@pytest.mark.parametrize("file_format", ["programs", "xlsx"])
def test_file_that_is_not_finished_begins_anew(browser, anna, monkeypatch, file_format):
    monkeypatch.setattr("apps.import_export.jobs.LISTED_AT_ONCE", 1)
    monkeypatch.setattr("apps.import_export.chunked_jobs.SLICE_SECONDS", -1)  # a part for each job
    orders = [make_order(anna, {make_product(): 1}) for _number in range(3)]
    export = ordered(browser, "orders_order", "orders", file_format=file_format)
    write_export(Job.objects.about(export.subject).get(), export_id=export.pk)
    export.refresh_from_db()
    assert (export.finished_at, export.rows) == (None, 1)

    erased(anna)
    run_due_jobs()

    content = downloaded(browser, export)
    assert [int(row[0]) for row in cells_of(content)] == [order.pk for order in orders]
    assert b"canary" not in content


def test_file_that_comes_to_the_customer_later_stays(browser, anna, other_customer):
    make_order(other_customer, {make_product(): 1})
    export = ordered(browser, "orders_order", "orders")
    run_due_jobs()
    before = downloaded(browser, export)
    make_order(anna, {make_product(): 1})

    erased(anna)

    assert downloaded(browser, export) == before


@pytest.mark.parametrize(
    ("search", "is_kept"),
    [
        ("anna-canary", False),
        ("ANNA.CANARY@example.com", False),
        ("canarianna tea", False),
        ("canarian", False),
        ("ＣＡＮＡＲＹ", False),
        ("anna.canary@ex", False),
        ("семенова", False),
        ("семё tea", False),
        ("семёновка", True),
        ("narian", True),
        ("ca", True),
        ("2026", True),
        ("example.com", True),
        ("", True),
    ],
)
def test_export_for_which_the_name_was_typed_is_deleted(browser, anna, search, is_kept):
    export = ordered(browser, "catalog_product", "products", f"q={search}")

    erased(anna)

    assert Export.objects.filter(pk=export.pk).exists() == is_kept
