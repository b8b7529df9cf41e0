"""Addresses of servers: what they may look like, and what the store makes of them."""

from functools import partial

import pytest

from online_store.env import Environment
from online_store.env.hosts import allowed_host, mailbox, proxy
from online_store.env.servers import broker, database, mail_server, memcached_server
from online_store.env.web import app_address, is_safe, origin, web_address

ENGINES = {"sqlite": "engine.sqlite", "postgres": "engine.postgres", "postgresql": "engine.postgres"}
NO_PARTS = {"USER": "", "PASSWORD": "", "HOST": "", "PORT": "", "OPTIONS": {}}


def postgres(text, password=""):
    read = database(text, engines=ENGINES, password=password)
    assert read.pop("ENGINE") == "engine.postgres"
    return read


def test_postgres_address_is_read():
    assert postgres("postgres://us%40er:pa%2Fs+s@DB.example:5433/my%20store?sslmode=require") == {
        "NAME": "my store",
        "USER": "us@er",
        "PASSWORD": "pa/s+s",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_shortest_postgres_address_is_read():
    assert postgres("postgresql:///store") == {"NAME": "store", **NO_PARTS}


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("postgres://%2Fvar%2Frun%2FPostgreSQL/store", "/var/run/PostgreSQL", ""),
        ("postgres://%2Fvar%2Frun%2Fpostgresql:5433/store", "/var/run/postgresql", "5433"),
        ("postgres:///store?host=/var/run/postgresql&port=5433", "/var/run/postgresql", "5433"),
        ("postgres://[2001:db8::1]:5433/store", "2001:db8::1", "5433"),
        ("postgres://[::1]/store", "::1", ""),
        ("postgres://one,two/store", "one,two", ""),
        ("postgres:///store?host=one,two&port=5432,5433", "one,two", "5432,5433"),
        ("postgres://пример.example/store", "xn--e1afmkfd.example", ""),
    ],
)
def test_postgres_is_found_by_a_socket_an_address_of_ipv6_or_several_names(text, host, port):
    assert postgres(text) == {"NAME": "store", **NO_PARTS, "HOST": host, "PORT": port}


def test_password_of_the_database_is_the_address_s_own_or_the_one_that_is_given_beside_it(tmp_path):
    (tmp_path / "password").write_text("s3cret\n")
    env = Environment({"DATABASE_PASSWORD_FILE": str(tmp_path / "password")})
    given = env.text("DATABASE_PASSWORD")

    assert postgres("postgres://store@db/store", given)["PASSWORD"] == "s3cret"
    assert postgres("postgres://store:own@db/store", given)["PASSWORD"] == "own"
    assert postgres("postgres:///store?user=store&password=own", given)["PASSWORD"] == "own"


@pytest.mark.parametrize(
    ("text", "path"), [("sqlite:///store.sqlite3", "store.sqlite3"), ("sqlite:////tmp/s.db", "/tmp/s.db")]
)
def test_sqlite_address_is_read(text, path):
    assert database(text, engines=ENGINES, password="") == {"ENGINE": "engine.sqlite", "NAME": path}


@pytest.mark.parametrize(
    ("text", "port", "ssl", "tls"),
    [
        ("smtp://me%40x:pa%3Ass@mail.example:587?starttls=true", 587, False, True),
        ("smtp://me%40x:pa%3Ass@mail.example?starttls=1", 25, False, True),
        ("smtp://me%40x:pa%3Ass@mail.example?starttls=True", 25, False, True),
        ("smtp://me%40x:pa%3Ass@mail.example?starttls=yes", 25, False, True),
        ("smtp://me%40x:pa%3Ass@mail.example:2525?insecure=on", 2525, False, False),
        ("smtps://me%40x:pa%3Ass@mail.example", 465, True, False),
        ("smtps://me%40x:pa%3Ass@mail.example:4650?starttls=no", 4650, True, False),
    ],
)
def test_mail_server_is_read(text, port, ssl, tls):
    assert mail_server(text) == {
        "EMAIL_HOST": "mail.example",
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": "me@x",
        "EMAIL_HOST_PASSWORD": "pa:ss",
        "EMAIL_USE_SSL": ssl,
        "EMAIL_USE_TLS": tls,
    }


@pytest.mark.parametrize(
    ("host", "read"),
    [
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.8.8.8", "127.8.8.8"),
        ("[::1]", "::1"),
        ("mail.localhost", "mail.localhost"),
    ],
)
def test_password_may_go_to_this_machine_without_encryption(host, read):
    server = mail_server(f"smtp://me:secret@{host}:2525")

    assert (server["EMAIL_HOST"], server["EMAIL_USE_TLS"]) == (read, False)


def test_mail_server_without_a_password_needs_no_encryption():
    assert mail_server("smtp://relay.example")["EMAIL_USE_TLS"] is False


@pytest.mark.parametrize(
    "text",
    [
        "redis://redis",
        "redis://redis:6379/0",
        "redis://:p%40ss%2Fword@redis:6379/15",
        "redis://user:password@[2001:db8::1]:6379/0",
        "rediss://redis/0?ssl_cert_reqs=none",
        f"rediss://redis/0?ssl_cert_reqs=required&ssl_ca_certs={__file__}&ssl_check_hostname=False",
        "sentinel://a:26379",
        "sentinel://:secret@a:26379/1;sentinel://b:26379;sentinel://[::1]:26379",
        "sentinel://:secret@a:26379;sentinel://:secret@b:26379",
    ],
)
def test_address_of_redis_is_handed_on_as_it_is(text):
    assert broker(text) == text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("rediss://redis/0", "rediss://redis/0?ssl_cert_reqs=required"),
        (
            "rediss://redis/0?ssl_check_hostname=true",
            "rediss://redis/0?ssl_check_hostname=true&ssl_cert_reqs=required",
        ),
    ],
)
def test_certificate_of_redis_is_checked_unless_another_rule_is_given(text, read):
    assert broker(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("cache", "cache:11211"),
        ("Cache_1.example:11212", "cache_1.example:11212"),
        ("192.0.2.1:11211", "192.0.2.1:11211"),
        ("[2001:db8::1]", "[2001:db8::1]:11211"),
        ("[2001:db8::1]:11212", "[2001:db8::1]:11212"),
        ("/run/memcached.sock", "/run/memcached.sock"),
        ("unix:/run/memcached.sock", "unix:/run/memcached.sock"),
    ],
)
def test_memcached_server_is_read(text, read):
    assert memcached_server(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("https://shop.example/", "https://shop.example"),
        ("https://shop.example/store/", "https://shop.example/store"),
        ("https://магазин.example", "https://магазин.example"),
    ],
)
def test_web_address_is_read_without_the_slash_at_its_end(text, read):
    assert web_address(text) == read
    assert app_address(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("https://shop.example/#", "https://shop.example/#"),
        ("https://shop.example/app/#/", "https://shop.example/app/#"),
        ("https://shop.example#/account/", "https://shop.example/#/account"),
    ],
)
def test_pages_of_an_app_may_lie_behind_a_hash(text, read):
    assert app_address(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("https://Shop.example", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:80", "http://[::1]"),
        ("https://пример.рф", "https://xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_origin_is_read_as_browsers_write_it(text, read):
    assert origin()(text) == read


def test_origins_of_forms_may_have_subdomains_and_those_of_apps_another_scheme():
    assert origin(wildcards=True)("https://*.Shop.example") == "https://*.shop.example"
    assert origin(apps=True)("capacitor://localhost") == "capacitor://localhost"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("*", "*"),
        ("Shop.example", "shop.example"),
        (".shop.example", ".shop.example"),
        ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
        ("192.0.2.1", "192.0.2.1"),
        ("[2001:DB8:0::1]", "[2001:db8::1]"),
    ],
)
def test_allowed_host_is_read_as_it_stands_in_a_request(text, read):
    assert allowed_host(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "store@localhost",
        "orders+new@shop.example",
        "Shop <orders@shop.example>",
        "Магазин <shop@пример.рф>",
        '"Shop, Ltd" <orders@shop.example>',
    ],
)
def test_sender_is_a_mailbox_with_a_name_or_without(text):
    assert mailbox(text) == text


@pytest.mark.parametrize("text", ["*", "192.0.2.1", "2001:db8::1", "10.0.0.0/8", "fc00::/7"])
def test_proxies_are_addresses_or_networks(text):
    assert proxy(text) == text


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("", True),
        ("https://carrier.example/v1", True),
        ("http://127.0.0.1:8090", True),
        ("http://[::1]:8090", True),
        ("http://carrier.example", False),
        ("http://10.0.0.5", False),
    ],
)
def test_address_is_safe_when_it_has_tls_or_is_this_machine_s(address, safe):
    assert is_safe(address) is safe


def test_entry_of_a_list_that_cannot_be_used_is_a_problem_of_the_whole_list():
    env = Environment({"MEMCACHED_SERVERS": "a:11211,b:port"})

    assert env.words("MEMCACHED_SERVERS", ("default:11211",), memcached_server) == ["default:11211"]
    assert len(env.problems) == 1


def test_unusable_address_is_told_and_the_default_taken():
    env = Environment({"DATABASE_URL": "mysql://u:pa55word@db/s"})
    read = env.read("DATABASE_URL", {"NAME": "default"}, partial(database, engines=ENGINES, password=""))

    assert read == {"NAME": "default"}
    assert env.problems == ["DATABASE_URL must be sqlite:///path or postgres://user:password@host:5432/name."]
