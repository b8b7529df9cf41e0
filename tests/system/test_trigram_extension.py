"""The extension that the search needs: who may not make it is told what to do."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.support.processes import BASE_DIR
from tests.support.servers import PostgresServer

pytestmark = [pytest.mark.postgres, pytest.mark.skipif(not PostgresServer.find(), reason="no PostgreSQL")]


@pytest.fixture
def foreign_database() -> Iterator[tuple[str, Any]]:
    """Give the address of a database in which the store may only make tables, and its administrator."""
    with PostgresServer() as server:
        address = f"host=127.0.0.1 port={server.port} user=postgres"
        with psycopg.connect(address, dbname="postgres", autocommit=True) as administrator:
            administrator.execute("CREATE DATABASE foreign_one")
        with psycopg.connect(address, dbname="foreign_one", autocommit=True) as administrator:
            administrator.execute("GRANT CREATE ON SCHEMA public TO store")
            yield f"{server.url.removesuffix('/store')}/foreign_one", administrator


def migrate_users(url: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", "migrate", "users"],
        cwd=BASE_DIR,
        env=os.environ | {"DATABASE_URL": url, "DATABASE_POOL_SIZE": "0"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.long
def test_role_that_may_not_make_the_extension_is_told_what_to_do(foreign_database):
    url, administrator = foreign_database

    refused = migrate_users(url)
    applied = administrator.execute("SELECT name FROM django_migrations WHERE app = 'users'").fetchall()
    administrator.execute("CREATE EXTENSION pg_trgm")
    allowed = migrate_users(url)

    assert refused.returncode == 1
    assert "permission denied to create extension" in refused.stderr
    assert "CREATE EXTENSION pg_trgm in the store's database" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert applied == []
    assert allowed.returncode == 0, allowed.stderr
