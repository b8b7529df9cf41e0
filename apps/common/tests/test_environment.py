"""The readers of environment variables, which report every problem at once and never a value."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from online_store.env import Environment

ENGINES = {"sqlite": "engine.sqlite", "postgres": "engine.postgres", "postgresql": "engine.postgres"}
DEFAULT_DATABASE = "sqlite:////var/store.sqlite3"


def database(env):
    return env.database("DATABASE_URL", DEFAULT_DATABASE, engines=ENGINES)


def test_text_is_read_without_the_spaces_around_it():
    env = Environment({"STORE_NAME": "  Лавка  "})

    assert env.text("STORE_NAME") == "Лавка"
    assert env.text("OTHER") == ""
    assert env.text("OTHER", "default") == "default"


def test_environment_of_the_process_is_read_by_default(monkeypatch):
    monkeypatch.setenv("STORE_NAME", "Лавка")

    assert Environment().text("STORE_NAME") == "Лавка"


def test_empty_value_counts_as_not_given():
    env = Environment({"NAME": " ", "FLAG": "", "NUMBER": "", "WORDS": " "})

    assert env.text("NAME", "default") == "default"
    assert env.flag("FLAG", default=True) is True
    assert env.number("NUMBER", 7) == 7
    assert env.words("WORDS", ("a",)) == ["a"]
    assert env.problems == []


def test_file_of_a_variable_is_read(tmp_path):
    (tmp_path / "name").write_text("Лавка\n", encoding="utf-8")
    env = Environment({"STORE_NAME_FILE": str(tmp_path / "name")})

    assert env.text("STORE_NAME") == "Лавка"
    assert env.problems == []


def test_value_goes_before_the_file(tmp_path):
    (tmp_path / "name").write_text("file")
    env = Environment({"STORE_NAME": "value", "STORE_NAME_FILE": str(tmp_path / "name")})

    assert env.text("STORE_NAME") == "value"


def test_file_that_is_not_there_is_a_problem(tmp_path):
    env = Environment({"STORE_NAME_FILE": str(tmp_path / "name")})

    assert env.text("STORE_NAME", "default") == ""
    assert env.problems == ["STORE_NAME_FILE cannot be read: No such file or directory."]


def test_file_that_is_no_text_is_a_problem(tmp_path):
    (tmp_path / "name").write_bytes(b"\xff\xfe\x00")
    env = Environment({"STORE_NAME_FILE": str(tmp_path / "name")})

    assert env.text("STORE_NAME") == ""
    assert len(env.problems) == 1
    assert env.problems[0].startswith("STORE_NAME_FILE cannot be read")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("TRUE", True),
        ("yes", True),
        ("On", True),
        ("1", True),
        ("false", False),
        ("no", False),
        ("OFF", False),
        ("0", False),
    ],
)
def test_flag_is_read(text, value):
    env = Environment({"FLAG": text})

    assert env.flag("FLAG", default=not value) is value


@pytest.mark.parametrize("text", ["maybe", "2", "tru", "да"])
def test_flag_that_is_none_is_a_problem(text):
    env = Environment({"FLAG": text})

    assert env.flag("FLAG", default=True) is True
    assert env.problems == ["FLAG must be true or false."]


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("8000", 8000), (" 7 ", 7)])
def test_number_is_read(text, value):
    assert Environment({"NUMBER": text}).number("NUMBER", 5) == value


@pytest.mark.parametrize("text", ["many", "1.5", "-1", "0x10", "1e3"])
def test_number_that_is_none_is_a_problem(text):
    env = Environment({"NUMBER": text})

    assert env.number("NUMBER", 5) == 5
    assert env.problems == ["NUMBER must be a whole number, at least 0."]


def test_number_below_its_least_is_a_problem():
    env = Environment({"PORT": "0"})

    assert env.number("PORT", 8000, at_least=1) == 8000
    assert env.problems == ["PORT must be a whole number, at least 1."]


def test_number_above_its_most_is_a_problem():
    env = Environment({"CDN_SECONDS": "86401"})

    assert env.number("CDN_SECONDS", 0, at_most=86_400) == 0
    assert env.problems == ["CDN_SECONDS must be a whole number, at least 0 and at most 86400."]


@pytest.mark.parametrize(("text", "value"), [("5", 5.0), ("0.25", 0.25)])
def test_seconds_are_read(text, value):
    assert Environment({"TIMEOUT": text}).seconds("TIMEOUT", 1.0) == value


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "5s"])
def test_seconds_that_are_none_are_a_problem(text):
    env = Environment({"TIMEOUT": text})

    assert env.seconds("TIMEOUT", 1.0) == 1.0
    assert env.problems == ["TIMEOUT must be a number of seconds above 0."]


def test_words_are_read():
    env = Environment({"HOSTS": " a.example, b.example ,, "})

    assert env.words("HOSTS") == ["a.example", "b.example"]
    assert env.words("OTHER") == []
    assert env.words("OTHER", ("localhost",)) == ["localhost"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://shop.example/", "https://shop.example"),
        ("https://shop.example/store/", "https://shop.example/store"),
    ],
)
def test_web_address_is_read(text, value):
    assert Environment({"STORE_URL": text}).web_address("STORE_URL") == value


@pytest.mark.parametrize("text", ["shop.example", "ftp://shop.example", "http://", "http://[::1", "/store"])
def test_web_address_that_is_none_is_a_problem(text):
    env = Environment({"STORE_URL": text})

    assert env.web_address("STORE_URL", "http://default") == "http://default"
    assert env.problems == ["STORE_URL must be an address that begins with http:// or https://."]


def test_postgres_address_is_read():
    env = Environment(
        {"DATABASE_URL": "postgres://us%40er:pa%2Fss@db.example:5433/my%20store?sslmode=require"}
    )

    assert database(env) == {
        "ENGINE": "engine.postgres",
        "NAME": "my store",
        "USER": "us@er",
        "PASSWORD": "pa/ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_shortest_postgres_address_is_read():
    env = Environment({"DATABASE_URL": "postgresql:///store"})

    assert database(env) == {
        "ENGINE": "engine.postgres",
        "NAME": "store",
        "USER": "",
        "PASSWORD": "",
        "HOST": "",
        "PORT": "",
        "OPTIONS": {},
    }


def test_password_of_the_database_can_stand_in_a_file(tmp_path):
    (tmp_path / "password").write_text("s3cret\n")
    env = Environment(
        {
            "DATABASE_URL": "postgres://store@db/store",
            "DATABASE_PASSWORD_FILE": str(tmp_path / "password"),
        }
    )

    assert database(env)["PASSWORD"] == "s3cret"


@pytest.mark.parametrize(
    ("text", "path"), [("sqlite:///store.sqlite3", "store.sqlite3"), ("sqlite:////srv/s.db", "/srv/s.db")]
)
def test_sqlite_address_is_read(text, path):
    assert database(Environment({"DATABASE_URL": text})) == {"ENGINE": "engine.sqlite", "NAME": path}


@pytest.mark.parametrize(
    "text",
    [
        "mysql://user:pa55word@db/store",
        "postgres://user:pa55word@db:port/store",
        "postgres://user:pa55word@db",
        "postgres://user:pa55word@[db/store",
        "store.sqlite3",
        "sqlite:///",
        "sqlite://store.sqlite3",
    ],
)
def test_address_that_is_no_database_s_is_a_problem_that_shows_no_password(text):
    env = Environment({"DATABASE_URL": text})

    assert database(env) == {"ENGINE": "engine.sqlite", "NAME": "/var/store.sqlite3"}
    assert env.problems == ["DATABASE_URL must be sqlite:///path or postgres://user:password@host:5432/name."]


def test_without_a_mail_server_nothing_is_set():
    assert Environment({}).mail_server("EMAIL_URL") == {}


@pytest.mark.parametrize(
    ("text", "port", "ssl", "tls"),
    [
        ("smtp://me%40x:pa%3Ass@mail.example", 25, False, False),
        ("smtp://me%40x:pa%3Ass@mail.example:2525", 2525, False, False),
        ("smtp://me%40x:pa%3Ass@mail.example:587?starttls=true", 587, False, True),
        ("smtps://me%40x:pa%3Ass@mail.example", 465, True, False),
        ("smtps://me%40x:pa%3Ass@mail.example:4650", 4650, True, False),
    ],
)
def test_mail_server_is_read(text, port, ssl, tls):
    assert Environment({"EMAIL_URL": text}).mail_server("EMAIL_URL") == {
        "EMAIL_HOST": "mail.example",
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": "me@x",
        "EMAIL_HOST_PASSWORD": "pa:ss",
        "EMAIL_USE_SSL": ssl,
        "EMAIL_USE_TLS": tls,
    }


@pytest.mark.parametrize("text", ["mail.example", "http://mail.example", "smtp://", "smtp://h:port", "smtp:"])
def test_mail_server_that_is_none_is_a_problem(text):
    env = Environment({"EMAIL_URL": text})

    assert env.mail_server("EMAIL_URL") == {}
    assert env.problems == ["EMAIL_URL must be smtp://user:password@host:port or smtps://…."]


def test_without_a_problem_nothing_is_complained_about():
    env = Environment({"PORT": "8000"})
    env.number("PORT", 1)

    env.complain()

    assert env.problems == []


def test_every_problem_is_told_at_once():
    env = Environment({"PORT": "many", "DJANGO_DEBUG": "maybe", "DATABASE_URL": "mysql://u:pa55word@db/s"})
    env.number("PORT", 8000, at_least=1)
    env.flag("DJANGO_DEBUG", default=False)
    database(env)
    env.secret("DJANGO_SECRET_KEY", keep_in=None)

    with pytest.raises(ImproperlyConfigured) as complaint:
        env.complain()

    assert str(complaint.value) == (
        "The configuration cannot be used. PORT must be a whole number, at least 1. "
        "DJANGO_DEBUG must be true or false. "
        "DATABASE_URL must be sqlite:///path or postgres://user:password@host:5432/name. "
        "DJANGO_SECRET_KEY (or DJANGO_SECRET_KEY_FILE) must be given."
    )


@pytest.mark.parametrize(
    ("text", "rate"),
    [("20/hour", (20, 3600)), ("600/minute", (600, 60)), ("5/second", (5, 1)), (" 1/day ", (1, 86_400))],
)
def test_rate_is_so_many_requests_in_so_many_seconds(text, rate):
    assert Environment({"LIMIT": text}).rate("LIMIT", "7/hour") == rate


def test_rate_that_is_not_given_is_the_default_and_an_empty_one_is_none():
    assert Environment({}).rate("LIMIT", "7/hour") == (7, 3600)
    assert Environment({}).rate("LIMIT", "") is None
    assert Environment({"LIMIT": ""}).rate("LIMIT", "7/hour") is None
    assert Environment({"LIMIT": " "}).rate("LIMIT", "7/hour") is None


def test_rate_may_stand_in_a_file(tmp_path):
    (tmp_path / "limit").write_text("5/day\n")

    assert Environment({"LIMIT": "", "LIMIT_FILE": str(tmp_path / "limit")}).rate("LIMIT", "") == (5, 86_400)


@pytest.mark.parametrize(
    "text", ["0/hour", "-1/hour", "20", "hour", "20/week", "20/10/hour", "x/hour", "٣/hour"]
)
def test_unreadable_rate_is_a_problem(text):
    env = Environment({"LIMIT": text})

    assert env.rate("LIMIT", "7/hour") is None
    assert env.problems == ["LIMIT must be a rate such as 20/hour or 600/minute, or empty."]
