"""A Celery worker keeps its connection to the database from task to task, and replaces a broken one."""

from pathlib import Path

import pytest
from django.db import connection
from rest_framework.test import APIClient

from tests.support.processes import wait_for
from tests.support.servers import RedisServer
from tests.support.workers import all_done, broker_at, celery_worker, place

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.django_db(transaction=True)]

# The last question of a task is for further jobs of the subject.
CONNECTIONS = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%"subject" %'
"""


@pytest.mark.long
def test_worker_keeps_its_connections_and_replaces_those_that_break(
    settings, customer_api: APIClient, tmp_path: Path
):
    settings.STORE_EMBEDDED = False
    with (
        RedisServer() as redis,
        broker_at(redis.url),
        celery_worker(redis.url, tmp_path),
    ):
        do_orders(customer_api)
        before = wait_for(connections)
        do_orders(customer_api)
        are_kept = wait_for(lambda: before <= connections())  # its last question may come after the mail
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_terminate_backend(pid) FROM ({CONNECTIONS}) AS theirs")
        do_orders(customer_api)
        replaced = wait_for(connections)

    assert are_kept
    assert not before & replaced


def do_orders(client: APIClient) -> None:
    for order_id in [place(client) for _ in range(4)]:
        wait_for(lambda order_id=order_id: all_done(client, order_id))


def connections() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(CONNECTIONS)
        return {pid for (pid,) in cursor.fetchall()}
