"""The throw-away servers, and the command that lends them to the tests."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import TimeoutError as RedisTimeout
from redis.retry import Retry

from tests.support.servers import (
    HOST,
    MemcachedServer,
    PgBouncerServer,
    PostgresServer,
    RedisServer,
    Server,
    ServerFailed,
)

ROOT = Path(__file__).resolve().parents[2]
NAMED_ELSEWHERE = {
    "DATABASE_URL": "postgres://somebody@db.example/store",
    "CELERY_BROKER_URL": "redis://broker.example/0",
    "MEMCACHED_SERVERS": "cache.example:11211",
}
READ_BY_WITH_SERVICES = {*NAMED_ELSEWHERE, "CI", "DJANGO_SECRET_KEY", "JWT_SIGNING_KEY"}
SHOW_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"

pytestmark = pytest.mark.long


def needs(*servers: type[Server]) -> pytest.MarkDecorator:
    missing = [server.title for server in servers if server.find() is None]
    return pytest.mark.skipif(bool(missing), reason=f"no {', '.join(missing)} program found")


EVERY_SERVER = [
    pytest.param(server, marks=needs(server), id=server.title)
    for server in (PostgresServer, RedisServer, MemcachedServer)
]


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.mark.parametrize("kind", EVERY_SERVER)
def test_server_is_gone_when_killed_and_back_at_the_same_address(kind: type[Server]) -> None:
    with kind() as server:
        address = server.url
        assert accepts_connections(server.port)

        server.kill()
        assert not accepts_connections(server.port)

        server.start()
        assert accepts_connections(server.port)
        assert server.url == address

    assert not accepts_connections(server.port)
    assert not server.directory.exists()


@needs(PostgresServer)
def test_postgres_keeps_committed_rows_when_stopped_and_when_killed(postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE parcel (id integer)")
        connection.execute("INSERT INTO parcel VALUES (1)")
        postgres.stop()
    postgres.start()
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("INSERT INTO parcel VALUES (2)")
        postgres.kill()
    postgres.start()

    with psycopg.connect(postgres.url) as connection:
        assert connection.execute("SELECT id FROM parcel ORDER BY id").fetchall() == [(1,), (2,)]


@needs(PostgresServer)
def test_postgres_ends_a_busy_query_when_killed(postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000)")
        postgres.kill()
        with pytest.raises(psycopg.OperationalError):
            connection.pgconn.consume_input()
    postgres.start()


@needs(PostgresServer)
def test_postgres_role_owns_its_database_and_is_no_superuser(postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE test_store")
        role = connection.execute("SELECT rolname, rolcreatedb, rolsuper FROM pg_roles WHERE rolname = user")
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        )

        assert role.fetchone() == ("store", True, False)
        assert owner.fetchone() == ("store",)
        assert connection.execute("SELECT lower('ЧАЙ')").fetchone() == ("чай",)


@needs(PostgresServer)
def test_frozen_postgres_answers_open_connections_when_it_goes_on(postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        postgres.pause()
        connection.pgconn.send_query(b"SELECT 1")
        assert not is_readable(connection.fileno(), within_seconds=0.3)

        postgres.resume()
        assert is_readable(connection.fileno(), within_seconds=5)
        answer = connection.pgconn.get_result()
        assert answer
        assert answer.get_value(0, 0) == b"1"
        assert connection.pgconn.get_result() is None


@needs(PostgresServer, PgBouncerServer)
def test_pgbouncer_shares_few_connections_by_the_transaction(postgres: PostgresServer) -> None:
    with PgBouncerServer(postgres, pool_size=1) as pooler:
        with psycopg.connect(pooler.url) as one, psycopg.connect(pooler.url) as another:
            first = one.execute("SELECT pg_backend_pid()").fetchone()
            one.commit()
            second = another.execute("SELECT pg_backend_pid()").fetchone()

        assert first == second
    assert not accepts_connections(pooler.port)


@needs(RedisServer)
def test_frozen_redis_answers_when_it_goes_on() -> None:
    with RedisServer() as server, redis_client(server) as client:
        client.set("colour", "green")
        server.pause()
        with pytest.raises(RedisTimeout):
            client.get("colour")

        server.resume()
        assert client.get("colour") == b"green"


@needs(RedisServer)
@pytest.mark.parametrize(("appendonly", "kept"), [(True, b"green"), (False, None)])
def test_redis_keeps_its_data_only_when_told_so(appendonly: bool, kept: bytes | None) -> None:
    with RedisServer(appendonly=appendonly) as server, redis_client(server) as client:
        client.set("colour", "green")
        client.close()
        server.kill()
        server.start()

        assert client.get("colour") == kept


@needs(RedisServer)
def test_server_that_does_not_start_tells_what_its_log_says() -> None:
    class Misled(RedisServer):
        def _command(self) -> list[str]:
            return [*super()._command(), "--no-such-option", "1"]

    with pytest.raises(ServerFailed, match=r"Redis did not get ready(?s:.)*no-such-option"):
        Misled().start()


@needs(RedisServer)
def test_server_that_does_not_run_cannot_be_frozen() -> None:
    with RedisServer() as server:
        server.stop()
        with pytest.raises(ServerFailed, match="Redis is not running"):
            server.pause()


@pytest.mark.parametrize("kind", EVERY_SERVER)
def test_no_server_outlives_killed_tests(kind: type[Server]) -> None:
    script = (
        f"from tests.support.servers import {kind.__name__}; server = {kind.__name__}(); server.start();"
        "print(server.port, server.directory, flush=True); input()"
    )
    tests = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with tests:
        assert tests.stdout
        port, directory = tests.stdout.readline().split()
        tests.kill()

    wait_until(lambda: not accepts_connections(int(port)) and not Path(directory).exists())


@needs(PostgresServer, RedisServer, MemcachedServer)
def test_command_is_given_the_servers_and_new_keys() -> None:
    command = (
        "import os, psycopg, redis, socket;"
        "psycopg.connect(os.environ['DATABASE_URL']).close();"
        "redis.Redis.from_url(os.environ['CELERY_BROKER_URL']).ping();"
        "host, _, port = os.environ['MEMCACHED_SERVERS'].partition(':');"
        "socket.create_connection((host, int(port))).close();" + SHOW_ENVIRONMENT
    )
    done = with_services(sys.executable, "-c", command)

    seen = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert (seen["STORE_EMBEDDED"], seen["STORE_TEST_SERVICES"]) == ("false", "postgres,redis,memcached")
    assert len(seen["DJANGO_SECRET_KEY"]) == len(seen["JWT_SIGNING_KEY"]) == 64
    assert seen["DJANGO_SECRET_KEY"] != seen["JWT_SIGNING_KEY"]
    assert not Path(seen["VAR_DIR"]).exists()
    assert not accepts_connections(int(seen["MEMCACHED_SERVERS"].partition(":")[2]))


def test_servers_and_keys_that_the_environment_names_are_kept() -> None:
    named = {**NAMED_ELSEWHERE, "DJANGO_SECRET_KEY": "given", "JWT_SIGNING_KEY_FILE": "/run/secrets/jwt"}
    seen = json.loads(with_services(sys.executable, "-c", SHOW_ENVIRONMENT, **named).stdout)

    assert {name: seen[name] for name in named} == named
    assert "JWT_SIGNING_KEY" not in seen
    assert seen["STORE_TEST_SERVICES"] == "postgres,redis,memcached"


def test_missing_servers_are_named_and_the_command_runs_without_them(tmp_path: Path) -> None:
    postgres = {"DATABASE_URL": NAMED_ELSEWHERE["DATABASE_URL"], "PATH": str(tmp_path)}
    done = with_services(sys.executable, "-c", SHOW_ENVIRONMENT, **postgres)

    assert done.stderr.splitlines() == [
        "no Redis program found: tests that need it are skipped",
        "no Memcached program found: tests that need it are skipped",
    ]
    assert json.loads(done.stdout)["STORE_TEST_SERVICES"] == "postgres"


def test_missing_servers_end_everything_under_ci(tmp_path: Path) -> None:
    postgres = {"DATABASE_URL": NAMED_ELSEWHERE["DATABASE_URL"], "PATH": str(tmp_path)}
    done = with_services(sys.executable, "-c", SHOW_ENVIRONMENT, CI="true", **postgres)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "no Redis program found: tests that need it fail under CI",
        "no Memcached program found: tests that need it fail under CI",
    ]


@pytest.mark.parametrize(("script", "exit_code"), [("exit 3", 3), ("kill -KILL $$", 128 + 9)])
def test_exit_code_is_the_command_s_own(script: str, exit_code: int) -> None:
    assert with_services("/bin/sh", "-c", script, **NAMED_ELSEWHERE).returncode == exit_code


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_reach_the_command(number: signal.Signals) -> None:
    script = f"trap 'echo bye; exit 7' {number.name[3:]}; echo ready; while :; do sleep 0.1; done"
    command = [sys.executable, "-m", "tests.with_services", "/bin/sh", "-c", script]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(**NAMED_ELSEWHERE), stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout
        assert running.stdout.readline() == "ready\n"
        running.send_signal(number)
        assert running.stdout.read() == "bye\n"

    assert running.returncode == 7


def with_services(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.with_services", *command],
        cwd=ROOT,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def environment(**variables: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in READ_BY_WITH_SERVICES}
    return inherited | variables


def redis_client(server: RedisServer) -> Redis:
    return Redis.from_url(server.url, socket_timeout=0.3, retry=Retry(NoBackoff(), 0))


def accepts_connections(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex((HOST, port)) == 0


def is_readable(descriptor: int, *, within_seconds: float) -> bool:
    return bool(select.select([descriptor], [], [], within_seconds)[0])


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
