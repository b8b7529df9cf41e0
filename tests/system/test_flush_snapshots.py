"""After a flush the database holds what it held after the migrations."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection

from apps.backoffice.roles import ROLES
from apps.orders.models import PaymentMethod
from tests.support.flush_snapshots import rows_by_table

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]


def flush(*, reset_sequences: bool = False):
    call_command("flush", interactive=False, verbosity=0, reset_sequences=reset_sequences)


def test_every_flush_leaves_the_same_rows():
    flush()
    first = rows_by_table(connection)
    Group.objects.all().delete()
    Permission.objects.all().delete()

    flush()

    assert {"django_content_type", "auth_permission", "auth_group", "auth_group_permissions"} <= first.keys()
    assert rows_by_table(connection) == first


@pytest.mark.postgres
@pytest.mark.parametrize("is_changed", [False, True])
def test_rows_are_left_alone_where_nothing_has_changed_them(is_changed: bool):
    flush()
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text FROM auth_group ORDER BY id")
        places = cursor.fetchall()
    if is_changed:
        Group.objects.filter(pk=Group.objects.first().pk).update(name="Another")

    flush()

    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text FROM auth_group ORDER BY id")
        assert (cursor.fetchall() == places) is not is_changed
    assert not Group.objects.filter(name="Another").exists()


def test_nothing_is_missing_then():
    flush()
    copied = rows_by_table(connection)

    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")

    assert rows_by_table(connection) == copied


def test_new_rows_get_ids_of_their_own():
    flush()
    flush(reset_sequences=True)

    group = Group.objects.create(name="Desk")

    assert Group.objects.filter(pk=group.pk).count() == 1
    assert Group.objects.count() == len(ROLES) + 1


@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_rows_of_migrations_are_in_no_new_row_s_way_where_a_test_begins_with_first_ids():
    assert PaymentMethod.objects.create(code="card").pk == PaymentMethod.objects.get(code="manual").pk + 1
