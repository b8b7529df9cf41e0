"""Thirty seconds of `make chaos` against a store set up as in production."""

from pathlib import Path

import pytest

from tests.support.processes import running
from tests.support.servers import MemcachedServer, PostgresServer, RedisServer

SECONDS = "30"
LIMIT_SECONDS = 600  # it settles in about a minute; a stuck job is waited for

pytestmark = pytest.mark.long


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.memcached
def test_nothing_is_lost_doubled_or_oversold_while_parts_are_killed(tmp_path: Path):
    if missing := [
        server.title for server in (PostgresServer, RedisServer, MemcachedServer) if not server.find()
    ]:
        pytest.skip(f"needs the programs of {', '.join(missing)}")
    output = tmp_path / "output"

    with running(
        "-m", "scripts.chaos", log=output, CHAOS_SECONDS=SECONDS, CHAOS_MODE="production"
    ) as process:
        exit_code = process.wait(LIMIT_SECONDS)

    assert exit_code == 0, output.read_text()
