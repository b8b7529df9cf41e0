"""The settings of a start: what must be given is asked for in one clear line, the rest has safe defaults."""

import stat

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

KEY = "k" * 50
POSTGRES = {"DATABASE_URL": "postgres://store:pa55word@db:5432/store"}


def test_start_without_any_variable_has_the_defaults_of_the_contract(start, tmp_path):
    given = start()

    assert given["DEBUG"] is False
    assert given["STORE_EMBEDDED"] is False
    assert given["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert given["DATABASES"]["default"]["NAME"] == str(tmp_path / "var" / "store.sqlite3")
    assert given["CACHES"]["default"]["LOCATION"] == ["127.0.0.1:11211"]
    assert given["CDN_SECONDS"] == 0
    assert given["CELERY_BROKER_URL"] == "redis://127.0.0.1:6379/0"
    assert given["EMAIL_FILE_PATH"] == tmp_path / "var" / "mail"
    assert given["EMAIL_BACKEND"] == "apps.core.mail.MailFolderBackend"
    assert given["DEFAULT_FROM_EMAIL"] == "store@localhost"
    assert (given["STORE_NAME"], given["STORE_CURRENCY"]) == ("Online Store", "RUB")
    assert given["STORE_TIME_ZONE"] == given["TIME_ZONE"] == "UTC"
    assert given["STORE_URL"] == "http://127.0.0.1:8000"
    assert given["SHIPPING_API_URL"] == ""
    assert given["AUTH_USER_MODEL"] == "users.User"
    assert given["REST_FRAMEWORK"]["DEFAULT_AUTHENTICATION_CLASSES"] == [
        "apps.users.api.authentication.BearerAuthentication"
    ]


def test_local_start_makes_its_keys_once_and_keeps_them_for_its_owner(start, tmp_path):
    first, second = start(), start()

    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert first["JWT_SIGNING_KEY"] == second["JWT_SIGNING_KEY"]
    assert first["SECRET_KEY"] != first["JWT_SIGNING_KEY"]
    for name in ("secret_key", "jwt_signing_key"):
        assert stat.S_IMODE((tmp_path / "var" / name).stat().st_mode) == 0o600


def test_start_on_postgres_without_a_key_is_refused(start, tmp_path):
    with pytest.raises(ImproperlyConfigured) as refused:
        start(**POSTGRES)

    assert str(refused.value) == (
        "The configuration is invalid. DJANGO_SECRET_KEY (or DJANGO_SECRET_KEY_FILE) must be set."
    )
    assert not (tmp_path / "var" / "secret_key").exists()


def test_start_with_the_example_s_key_is_refused(start):
    example = "change-me-" * 5 + "change-me"

    with pytest.raises(ImproperlyConfigured, match="DJANGO_SECRET_KEY must be a random text"):
        start(**POSTGRES, DJANGO_SECRET_KEY=example)


def test_every_unreadable_variable_is_named_at_once_and_no_value_is_shown(start, tmp_path):
    with pytest.raises(ImproperlyConfigured) as refused:
        start(
            CDN_SECONDS="86401",
            DATABASE_URL="mysql://store:pa55word@db/store",
            DJANGO_DEBUG="maybe",
            EMAIL_URL="smtp://me:pa55word@mail.example",
            LOG_FORMAT="xml",
            PORT="many",
            STORE_URL="shop.example",
        )

    heading, *lines = str(refused.value).split("\n- ")
    assert heading == "The configuration is invalid."
    assert sorted(line.split()[0] for line in lines) == [
        "CDN_SECONDS",
        "DATABASE_URL",
        "DJANGO_DEBUG",
        "EMAIL_FROM",
        "EMAIL_URL",
        "LOG_FORMAT",
        "PORT",
        "STORE_URL",
    ]
    assert "pa55word" not in str(refused.value)
    assert not (tmp_path / "var" / "secret_key").exists()


def test_keys_are_asked_for_beside_an_address_of_postgres_that_cannot_be_read(start):
    with pytest.raises(ImproperlyConfigured) as refused:
        start(DATABASE_URL="postgres://store:pa55word@db:many/store")

    assert [line.split()[0] for line in str(refused.value).split("\n- ")[1:]] == [
        "DATABASE_URL",
        "DJANGO_SECRET_KEY",
    ]


@pytest.mark.parametrize("name", ["JWT_SIGNING_KEY", "JWT_PREVIOUS_SIGNING_KEY"])
@pytest.mark.parametrize("key", ["short", "k" * 49, "change-me-" * 5 + "change-me"])
def test_weak_key_of_tokens_is_refused_in_one_line_that_does_not_show_it(start, name, key):
    with pytest.raises(ImproperlyConfigured) as refused:
        start(**{name: key})

    assert str(refused.value).startswith(
        f"The configuration is invalid. {name} must be a random text of at least 50 characters"
    )
    assert key not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_previous_key_of_tokens_may_be_left_out(start):
    assert start()["JWT_PREVIOUS_SIGNING_KEY"] == ""
    assert start(JWT_PREVIOUS_SIGNING_KEY="p" * 50)["JWT_PREVIOUS_SIGNING_KEY"] == "p" * 50


def test_machines_that_share_the_secret_key_share_the_signing_key(start):
    one = start(**POSTGRES, DJANGO_SECRET_KEY=KEY)
    two = start(**POSTGRES, DJANGO_SECRET_KEY=KEY)
    other = start(**POSTGRES, DJANGO_SECRET_KEY="o" * 50)

    assert one["JWT_SIGNING_KEY"] == two["JWT_SIGNING_KEY"] != other["JWT_SIGNING_KEY"]
    assert one["JWT_SIGNING_KEY"] != KEY


def test_given_signing_key_is_used(start):
    given = start(**POSTGRES, DJANGO_SECRET_KEY=KEY, JWT_SIGNING_KEY="s" * 50)

    assert given["JWT_SIGNING_KEY"] == "s" * 50


def test_several_memcached_servers_make_one_ring(start):
    given = start(MEMCACHED_SERVERS="a.example:11211, b.example:11211")

    assert given["CACHES"]["default"] == {
        "BACKEND": "apps.core.caching.memcached.StoreMemcached",
        "LOCATION": ["a.example:11211", "b.example:11211"],
    }


def test_embedded_start_needs_no_memcached(start):
    given = start(STORE_EMBEDDED="true")

    assert "memcache" not in given["CACHES"]["default"]["BACKEND"].lower()


def test_embedded_start_leaves_a_thread_free_of_the_carrier(start):
    served, embedded = start(), start(STORE_EMBEDDED="true")

    assert (served["SHIPPING_CONCURRENCY"], embedded["SHIPPING_CONCURRENCY"]) == (2, 1)
    assert embedded["JOB_THREADS"] == 2


@pytest.mark.parametrize(
    ("variables", "limit"),
    [
        ({}, 2),
        ({"WORKER_CONCURRENCY": "9"}, 4),
        ({"WORKER_CONCURRENCY": "1"}, 1),
        ({"WORKER_CONCURRENCY": "9", "STORE_EMBEDDED": "true"}, 1),
    ],
)
def test_circuit_takes_at_most_half_of_the_workers(start, variables: dict[str, str], limit: int):
    assert start(**variables)["JOB_CIRCUIT_LIMIT"] == limit


def test_mail_server_and_sender_come_from_the_environment(start):
    given = start(
        EMAIL_URL="smtp://me:secret@mail.example:2525?starttls=true", EMAIL_FROM="shop@shop.example"
    )

    assert given["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (given["EMAIL_HOST"], given["EMAIL_PORT"]) == ("mail.example", 2525)
    assert given["DEFAULT_FROM_EMAIL"] == "shop@shop.example"


def test_postgres_limits_statements_locks_and_idle_transactions(start):
    address = {"DATABASE_URL": "postgres://store:pa55word@db/store?options=-c%20search_path%3Dshop"}
    limits = {"DATABASE_STATEMENT_TIMEOUT": "7", "DATABASE_LOCK_TIMEOUT": "0"}

    database = start(DJANGO_SECRET_KEY=KEY, **address, **limits)["DATABASES"]["default"]

    assert database["OPTIONS"]["options"] == (
        "-c statement_timeout=7s -c lock_timeout=0s -c idle_in_transaction_session_timeout=10s -c jit=off "
        "-c search_path=shop"
    )
    assert database["OPTIONS"]["tcp_user_timeout"] == 20_000
    assert database["DISABLE_SERVER_SIDE_CURSORS"] is False


def test_pgbouncer_is_sent_nothing_that_does_not_survive_it(start):
    database = start(DJANGO_SECRET_KEY=KEY, **POSTGRES, DATABASE_PGBOUNCER="true")["DATABASES"]["default"]

    assert "options" not in database["OPTIONS"]
    assert database["OPTIONS"]["prepare_threshold"] is None  # nothing is prepared
    assert database["DISABLE_SERVER_SIDE_CURSORS"] is True


@pytest.mark.parametrize(("given", "used"), [("", "text"), ("text", "text"), ("JSON", "json")])
def test_log_is_for_people_unless_json_is_wanted(start, given, used):
    settings = start(LOG_FORMAT=given)

    assert settings["LOG_FORMAT"] == used
    assert settings["LOGGING"]["handlers"]["console"]["formatter"] == used


def test_limits_are_off_in_the_embedded_mode_and_where_they_are_empty(start):
    served, embedded = start(), start(STORE_EMBEDDED="true")
    chosen = start(THROTTLE_USER="", THROTTLE_REGISTER="5/day")

    assert served["THROTTLES"] == {
        "register": (60, 3600),
        "password_reset": (20, 3600),
        "mail": (20, 3600),
        "mailbox": (20, 86_400),
        "unconfirmed": (100, 86_400),
        "coupon": (30, 3600),
        "payment": (60, 3600),
        "callback": (60, 60),
        "user": (1200, 60),
        "address": (1200, 60),
    }
    assert set(embedded["THROTTLES"].values()) == {None}
    assert chosen["THROTTLES"] == {**served["THROTTLES"], "user": None, "register": (5, 86_400)}


def test_limit_that_cannot_be_read_is_refused_at_the_start(start):
    with pytest.raises(ImproperlyConfigured, match="THROTTLE_ADDRESS must be a rate such as 20/hour"):
        start(THROTTLE_ADDRESS="many")


@pytest.mark.parametrize("variable", ["VAR_DIR", "STATIC_ROOT"])
def test_folder_that_is_a_file_is_told_once(start, tmp_path, variable):
    (tmp_path / "file").write_text("")

    with pytest.raises(ImproperlyConfigured) as refused:
        start(**{variable: str(tmp_path / "file")})

    assert str(refused.value) == (
        f"The configuration is invalid. {variable} must be a folder, but it cannot be created: File exists."
    )


def test_key_of_the_carrier_that_goes_over_the_network_in_clear_is_warned_of(start, caplog):
    where = {"SHIPPING_API_URL": "http://carrier.example/v1", "SHIPPING_API_KEY": "s3cret"}
    warning = "SHIPPING_API_URL has no TLS: SHIPPING_API_KEY and customers' data are sent unencrypted."

    assert start(**where)["CONFIGURATION_WARNINGS"] == (warning,)
    assert start(**where | {"SHIPPING_API_URL": "https://carrier.example"})["CONFIGURATION_WARNINGS"] == ()
    assert start(**where | {"SHIPPING_API_URL": "http://127.0.0.1:8090"})["CONFIGURATION_WARNINGS"] == ()


def test_warnings_about_settings_stand_in_the_log_of_whatever_starts(settings, caplog):
    settings.CONFIGURATION_WARNINGS = ("Something works, and should not be so.",)

    apps.get_app_config("online_store").ready()

    assert caplog.messages == ["Something works, and should not be so."]


def test_processes_are_told_by_the_environment_or_have_the_defaults_of_the_example(start):
    usual = start()
    given = start(
        WEB_CONCURRENCY="3", WEB_THREADS="4", WORKER_CONCURRENCY="5", FORWARDED_ALLOW_IPS="10.0.0.0/8"
    )
    names = ("WEB_CONCURRENCY", "WEB_THREADS", "CELERY_WORKER_CONCURRENCY", "FORWARDED_ALLOW_IPS")

    assert [usual[name] for name in names] == [2, 8, 4, ["127.0.0.1", "::1"]]
    assert [given[name] for name in names] == [3, 4, 5, ["10.0.0.0/8"]]


def test_pages_and_documents_are_in_the_store_s_time_zone_and_the_workers_schedule_in_utc(start):
    given = start(STORE_TIME_ZONE="Europe/Moscow")

    assert (given["STORE_TIME_ZONE"], given["TIME_ZONE"]) == ("Europe/Moscow", "Europe/Moscow")
    assert given["CELERY_TIMEZONE"] == "UTC"
