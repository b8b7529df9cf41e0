"""Readers of the addresses of servers: PostgreSQL, the mail server, Redis, Memcached."""

import re
from pathlib import Path
from typing import Any

from psycopg import pq

from online_store.env.addresses import ESCAPES, Address, Form, port_number
from online_store.env.hosts import host, is_local
from online_store.env.values import (
    Reader,
    Unusable,
    choice,
    flag,
    is_path,
    matching,
    readable_file,
    short_text,
    whole_number,
)

some_text = short_text(1000)
zero_or_one = choice("0", "1")

# --- PostgreSQL ---

TLS_VERSIONS = choice("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", ignore_case=False)
# The options of libpq that it could only refuse when it connects; each other one of its own is a text.
CHECKED_BY_VALUE: dict[str, Reader[Any]] = {
    "channel_binding": choice("disable", "prefer", "require", ignore_case=False),
    "connect_timeout": whole_number(0, 3600),
    "gssdelegation": zero_or_one,
    "gssencmode": choice("disable", "prefer", "require", ignore_case=False),
    "keepalives": zero_or_one,
    "keepalives_count": whole_number(0, 1000),
    "keepalives_idle": whole_number(0, 100_000),
    "keepalives_interval": whole_number(0, 100_000),
    "load_balance_hosts": choice("disable", "random", ignore_case=False),
    "port": matching(r"[0-9]{1,5}(,[0-9]{1,5})*", "a port"),
    "ssl_max_protocol_version": TLS_VERSIONS,
    "ssl_min_protocol_version": TLS_VERSIONS,
    "sslcert": readable_file,
    "sslcertmode": choice("disable", "allow", "require", ignore_case=False),
    "sslcompression": zero_or_one,
    "sslcrl": readable_file,
    "sslkey": readable_file,
    "sslmode": choice("disable", "allow", "prefer", "require", "verify-ca", "verify-full", ignore_case=False),
    "sslnegotiation": choice("postgres", "direct", ignore_case=False),
    "sslrootcert": lambda text: text if text == "system" else readable_file(text),
    "sslsni": zero_or_one,
    "target_session_attrs": choice(
        "any", "read-write", "read-only", "primary", "standby", "prefer-standby", ignore_case=False
    ),
    "tcp_user_timeout": whole_number(0, 10_000_000),
}
# What the address says elsewhere, and what Django says itself.
NOT_IN_AN_ADDRESS = {"client_encoding", "dbname", "replication"}
PARTS_AS_OPTIONS = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}


def _postgres_host(text: str) -> str:
    """Return a host, several to be tried in turn, or the folder of a Unix socket."""
    return text if text.startswith("/") else ",".join(host(one) for one in text.split(","))


def _postgres_options() -> dict[str, Reader[Any]]:
    names = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} - NOT_IN_AN_ADDRESS
    return {name: CHECKED_BY_VALUE.get(name, some_text) for name in sorted(names)}


DATABASE_EXPECTED = "sqlite:///path or postgres://user:password@host:5432/name"
POSTGRES = Form(
    schemes=("postgres", "postgresql"),
    expected=DATABASE_EXPECTED,
    options=_postgres_options() | {"assume_role": some_text, "host": _postgres_host},
    host=_postgres_host,
)


def database(text: str, *, engines: dict[str, str], password: str) -> dict[str, Any]:
    """Return the connection part of a DATABASES entry.

    `engines` maps the schemes to Django's engines; `password` is used when the address has none.
    """
    if text.startswith("sqlite:"):
        return {"ENGINE": engines["sqlite"], "NAME": _sqlite_file(text)}
    address = POSTGRES.split(text)
    if not (name := address.path.removeprefix("/")):
        raise Unusable(f"must be {DATABASE_EXPECTED}: the name of the database is missing")
    parts = {
        "USER": address.user,
        "PASSWORD": address.password,
        "HOST": address.host,
        "PORT": str(address.port or ""),
    }
    options = dict(address.options)
    for option, part in PARTS_AS_OPTIONS.items():
        if option in options and parts[part]:
            raise Unusable(f"has the {option} twice, once as an option")
        parts[part] = parts[part] or options.pop(option, "")
    parts["PASSWORD"] = parts["PASSWORD"] or password
    return {"ENGINE": engines[address.scheme], "NAME": name, **parts, "OPTIONS": options}


def _sqlite_file(text: str) -> str:
    if not (name := text.removeprefix("sqlite:///")) or name == text:
        raise Unusable(f"must be {DATABASE_EXPECTED}")
    if "?" in name:
        raise Unusable("has an unknown option: an SQLite address takes none")
    if not (is_path(name) and Path(name).parent.is_dir()) or Path(name).is_dir():
        raise Unusable("must be the path of a file in an existing folder: sqlite:////srv/store.sqlite3")
    return name


# --- The mail server ---

IMPLICIT_TLS_PORT, STARTTLS_PORT, PLAIN_PORT = 465, 587, 25
MAIL = Form(
    schemes=("smtp", "smtps"),
    expected="smtp://user:password@host:587?starttls=true or smtps://user:password@host:465",
    options={"starttls": flag, "insecure": flag},
)


def mail_server(text: str) -> dict[str, Any]:
    """Return Django's EMAIL_* settings of an smtp:// or smtps:// address."""
    address = MAIL.split(text)
    if not address.host or address.path.strip("/"):
        raise Unusable(f"must be {MAIL.expected}")
    if bool(address.user) != bool(address.password):
        raise Unusable("must have both a user and a password, or neither")
    encrypted = address.scheme == "smtps"
    starttls = bool(address.options.get("starttls"))
    _check_encryption(address, encrypted=encrypted, starttls=starttls)
    return {
        "EMAIL_HOST": address.host,
        "EMAIL_PORT": address.port or (IMPLICIT_TLS_PORT if encrypted else PLAIN_PORT),
        "EMAIL_HOST_USER": address.user,
        "EMAIL_HOST_PASSWORD": address.password,
        "EMAIL_USE_SSL": encrypted,
        "EMAIL_USE_TLS": starttls,
    }


def _check_encryption(address: Address, *, encrypted: bool, starttls: bool) -> None:
    insecure = bool(address.options.get("insecure"))
    if encrypted and (starttls or address.port in {PLAIN_PORT, STARTTLS_PORT}):
        raise Unusable("must be smtp://…?starttls=true for a server that begins without TLS (port 587 or 25)")
    if not encrypted and address.port == IMPLICIT_TLS_PORT:
        raise Unusable("must be smtps://… for a server that begins with TLS (port 465)")
    if insecure and (encrypted or starttls):
        raise Unusable("has an invalid option: insecure=true contradicts TLS")
    if address.password and not (encrypted or starttls or insecure or is_local(address.host)):
        # Refused, as the password would be on its way before anybody reads a warning.
        raise Unusable(
            "would send its password without encryption: it must be smtps://… or have ?starttls=true "
            "(or ?insecure=true, where the network itself is safe)"
        )


# --- Redis ---

REDIS = Form(
    schemes=("redis", "rediss", "sentinel"),
    expected="redis://:password@host:6379/0, rediss:// (TLS) or sentinel://host:26379;sentinel://host2:26379",
    options={
        "ssl_cert_reqs": choice("required", "optional", "none", ignore_case=False),
        "ssl_ca_certs": readable_file,
        "ssl_certfile": readable_file,
        "ssl_keyfile": readable_file,
        "ssl_check_hostname": choice("true", "false"),  # Celery's client reads the word itself
    },
)


def broker(text: str) -> str:
    """Return an address of Redis, or of several Sentinels, as Celery takes it."""
    first, *others = [_redis_address(one) for one in text.split(";")]
    if others and {address.scheme for address in (first, *others)} != {"sentinel"}:
        raise Unusable(f"must be {REDIS.expected}: only Sentinels may be listed; {ESCAPES}")
    for address in others:
        if not _account_of(address) <= _account_of(first):
            raise Unusable(
                "must have the password, database and options in the address of the first Sentinel"
            )
    if first.scheme == "rediss" and "ssl_cert_reqs" not in first.options:
        # Without it Celery's client would believe any certificate.
        return f"{text}{'&' if first.options else '?'}ssl_cert_reqs=required"
    return text


def _redis_address(text: str) -> Address:
    address = REDIS.split(text)
    if not address.host:
        raise Unusable(f"must be {REDIS.expected}")
    if not re.fullmatch(r"/?|/[0-9]{1,4}", address.path):
        raise Unusable("must end in the number of the database: redis://host:6379/0")
    return address


def _account_of(address: Address) -> set[tuple[str, str]]:
    """Return what Celery's client takes from the first address alone."""
    parts = {"user": address.user, "password": address.password, "database": address.path.strip("/")}
    return {(name, value) for name, value in {**parts, **address.options}.items() if value}


# --- Memcached ---


def memcached_server(text: str) -> str:
    """Return `host:port`, `host`, or the path of a Unix socket."""
    if text.startswith(("/", "unix:/")):
        return text
    match = re.fullmatch(r"(\[(?P<ipv6>[^\]]*:[^\]]*)\]|(?P<name>[^:\[\]/@]+))(:(?P<port>[^:]*))?", text)
    try:
        if not match:
            raise Unusable
        name = host(match["ipv6"] or match["name"])
        port = port_number(match["port"]) if match["port"] is not None else 11_211
    except Unusable:
        raise Unusable(
            "must be servers, comma-separated, without a scheme: "
            "cache1:11211,[2001:db8::1]:11211,/run/memcached.sock"
        ) from None
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
