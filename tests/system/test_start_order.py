"""A worker may start before the database and before Redis: it waits, and works when both are there."""

from contextlib import closing
from pathlib import Path

import pytest
from rest_framework.test import APIClient

from tests.support.processes import wait_for
from tests.support.proxies import TcpProxy
from tests.support.servers import RedisServer
from tests.support.workers import all_done, broker_at, celery_worker, database_url, place


@pytest.mark.long
@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_worker_started_before_database_and_redis_works_when_they_are_there(
    customer_api: APIClient, settings, tmp_path: Path
):
    settings.STORE_EMBEDDED = False
    log = tmp_path / "worker.log"
    redis = RedisServer()
    with TcpProxy(int(settings.DATABASES["default"]["PORT"])) as database, broker_at(redis.url):
        order_id = place(customer_api)
        address = {"DATABASE_URL": database_url(port=database.port)}
        with celery_worker(redis.url, tmp_path, is_ready=False, **address) as process, closing(redis):
            wait_for(lambda: b"Cannot connect to redis" in log.read_bytes())
            redis.start()
            wait_for(lambda: b"The database does not answer" in log.read_bytes())
            database.start()
            wait_for(lambda: all_done(customer_api, order_id), seconds=90)

            assert process.poll() is None
