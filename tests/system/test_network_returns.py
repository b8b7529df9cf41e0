"""A network between worker and Redis that goes away without a word does not leave the worker deaf."""

import time
from pathlib import Path

import pytest
from rest_framework.test import APIClient

from tests.support.processes import wait_for
from tests.support.proxies import TcpProxy
from tests.support.servers import RedisServer
from tests.support.workers import all_done, broker_at, celery_worker, place

pytestmark = [pytest.mark.redis, pytest.mark.long, pytest.mark.django_db(transaction=True)]
OUTAGE_SECONDS = 15
HEARS_WITHIN_SECONDS = 30


def test_worker_hears_again_soon_after_the_network_is_back(customer_api: APIClient, settings, tmp_path: Path):
    settings.STORE_EMBEDDED = False
    with RedisServer() as server, TcpProxy(server.port) as network, broker_at(server.url):
        network.start()
        with celery_worker(f"redis://127.0.0.1:{network.port}/0", tmp_path):
            first_id = place(customer_api)
            wait_for(lambda: all_done(customer_api, first_id))

            network.swallow()
            time.sleep(OUTAGE_SECONDS)  # the outage itself
            network.restore()
            order_id = place(customer_api)
            wait_for(lambda: all_done(customer_api, order_id), seconds=HEARS_WITHIN_SECONDS)
