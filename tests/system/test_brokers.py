"""Brokers: Redis with a password, with TLS, behind Sentinels."""

import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from redis import Redis
from rest_framework.test import APIClient

from apps.jobs import broker
from tests.support.processes import wait_for
from tests.support.redis_variants import PasswordRedis, ReplicaRedis, SentinelServer, TlsRedis
from tests.support.servers import RedisServer
from tests.support.workers import all_done, broker_at, celery_worker, place

pytestmark = [pytest.mark.redis, pytest.mark.long, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def installed(settings) -> None:
    settings.STORE_EMBEDDED = False
    if shutil.which("redis-server") is None:
        pytest.skip("needs the program redis-server")


@pytest.mark.parametrize("kind", [PasswordRedis, TlsRedis])
def test_orders_are_followed_up_over_redis_with_a_password_and_with_tls(
    kind: type[PasswordRedis], customer_api: APIClient, settings, tmp_path: Path
):
    with kind() as server, broker_at(server.url), celery_worker(server.url, tmp_path):
        settings.CELERY_BROKER_URL = server.url
        order_id = place(customer_api)

        wait_for(lambda: all_done(customer_api, order_id))
        reported = customer_api.get("/readyz").json()["broker"]
        waiting = broker.waiting_messages()

    assert (reported, waiting) == ("ok", 0)


def test_only_a_broker_with_a_known_certificate_is_believed(customer_api: APIClient, settings):
    with TlsRedis() as server:
        reported = {}
        for name in ("url", "unchecked_url", "unknown_url"):
            settings.CELERY_BROKER_URL = getattr(server, name)
            reported[name] = customer_api.get("/readyz").json()["broker"]

    assert reported == {"url": "ok", "unchecked_url": "ok", "unknown_url": "unavailable"}


def test_wrong_password_is_reported(customer_api: APIClient, settings):
    with PasswordRedis() as server:
        settings.CELERY_BROKER_URL = f"redis://:wrong@127.0.0.1:{server.port}/0"

        assert customer_api.get("/readyz").json()["broker"] == "unavailable"


class Watched:
    """A master, its replica, and the Sentinel that watches them; the address names a dead one first."""

    def __init__(self, stack: ExitStack) -> None:
        self.master = stack.enter_context(RedisServer())
        self.replica = stack.enter_context(ReplicaRedis(self.master))
        sentinel = stack.enter_context(SentinelServer(self.master))
        guard = stack.enter_context(socket.socket())
        guard.bind(("127.0.0.1", 0))
        self.url = f"sentinel://127.0.0.1:{guard.getsockname()[1]};{sentinel.url}"
        self.ask = stack.enter_context(Redis(port=sentinel.port, decode_responses=True))
        wait_for(lambda: [each["master-link-status"] for each in self._replicas()] == ["ok"])

    def master_port(self) -> int:
        return int(self.ask.sentinel_get_master_addr_by_name(SentinelServer.MASTER)[1])

    def _replicas(self) -> list[dict[str, str]]:
        return self.ask.sentinel_slaves(SentinelServer.MASTER)


@pytest.fixture
def watched(settings) -> Iterator[Watched]:
    with ExitStack() as stack:
        watched = Watched(stack)
        settings.CELERY_BROKER_URL = watched.url
        options = {"master_name": SentinelServer.MASTER, "sentinel_kwargs": {"retry": None}}
        settings.CELERY_BROKER_TRANSPORT_OPTIONS = settings.CELERY_BROKER_TRANSPORT_OPTIONS | options
        stack.enter_context(broker_at(watched.url, **options))
        yield watched


def test_order_placed_while_the_master_is_lost_is_followed_up_over_the_promoted_replica(
    watched: Watched, customer_api: APIClient, tmp_path: Path
):
    names = {"CELERY_BROKER_SENTINEL_MASTER": SentinelServer.MASTER}
    with celery_worker(watched.url, tmp_path, **names):
        first_id = place(customer_api)
        wait_for(lambda: all_done(customer_api, first_id))
        before = customer_api.get("/readyz").json()["broker"]

        watched.master.kill()
        order_id = place(customer_api)
        wait_for(lambda: watched.master_port() == watched.replica.port)
        wait_for(lambda: all_done(customer_api, order_id), seconds=90)
        after = customer_api.get("/readyz").json()["broker"]

    assert (before, after) == ("ok", "ok")
