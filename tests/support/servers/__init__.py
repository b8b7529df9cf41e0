"""Throw-away PostgreSQL, PgBouncer, Redis, Memcached, nginx on loopback, run by programs of this machine."""

from tests.support.servers.databases import PgBouncerServer, PostgresServer, ReplicaServer
from tests.support.servers.others import MemcachedServer, NginxServer, RedisServer
from tests.support.servers.server import HOST, Server, ServerFailed, children_of, guarded_port

__all__ = [
    "HOST",
    "MemcachedServer",
    "NginxServer",
    "PgBouncerServer",
    "PostgresServer",
    "RedisServer",
    "ReplicaServer",
    "Server",
    "ServerFailed",
    "children_of",
    "guarded_port",
]
