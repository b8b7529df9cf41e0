"""The readers of environment variables, which report every problem at once and never a value."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from online_store.env import Environment
from online_store.env.time_zones import time_zone


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
    assert env.number("NUMBER", 7, at_most=9) == 7
    assert env.words("WORDS", ("a",), str) == ["a"]
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
    assert env.problems == ["STORE_NAME_FILE cannot be read: it is not UTF-8 text."]


def test_file_of_several_lines_is_a_problem_that_is_told_once_and_shows_nothing_of_it(tmp_path):
    (tmp_path / "password").write_text("pa55\nword\n")
    env = Environment({"PASSWORD_FILE": str(tmp_path / "password")})

    assert (env.text("PASSWORD"), env.text("PASSWORD")) == ("", "")
    assert env.problems == ["PASSWORD_FILE must be one line of UTF-8 text without control characters."]


def test_byte_order_mark_of_a_file_is_no_part_of_the_value(tmp_path):
    (tmp_path / "name").write_text("Лавка\r\n", encoding="utf-8-sig")

    assert Environment({"NAME_FILE": str(tmp_path / "name")}).text("NAME") == "Лавка"


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
    assert Environment({"NUMBER": text}).number("NUMBER", 5, at_most=8000) == value


@pytest.mark.parametrize("text", ["many", "1.5", "-1", "0x10", "1e3", "1_0", "+1", "１２"])
def test_number_that_is_none_is_a_problem(text):
    env = Environment({"NUMBER": text})

    assert env.number("NUMBER", 5, at_most=20) == 5
    assert env.problems == ["NUMBER must be a whole number from 0 to 20."]


def test_number_below_its_least_is_a_problem():
    env = Environment({"PORT": "0"})

    assert env.number("PORT", 8000, at_least=1, at_most=65_535) == 8000
    assert env.problems == ["PORT must be a whole number from 1 to 65535."]


def test_number_above_its_most_is_a_problem():
    env = Environment({"CDN_SECONDS": "86401"})

    assert env.number("CDN_SECONDS", 0, at_most=86_400) == 0
    assert env.problems == ["CDN_SECONDS must be a whole number from 0 to 86400."]


@pytest.mark.parametrize(("text", "value"), [("5", 5.0), ("0.25", 0.25)])
def test_seconds_are_read(text, value):
    assert Environment({"TIMEOUT": text}).seconds("TIMEOUT", 1.0, at_most=60) == value


@pytest.mark.parametrize("text", ["0", "0.0", "-1", "nan", "inf", "5s", "1e1", "60.1"])
def test_seconds_that_are_none_are_a_problem(text):
    env = Environment({"TIMEOUT": text})

    assert env.seconds("TIMEOUT", 1.0, at_most=60) == 1.0
    assert env.problems == ["TIMEOUT must be a number of seconds above 0, at most 60."]


def test_words_are_read():
    env = Environment({"HOSTS": " a.example, b.example ,, "})

    assert env.words("HOSTS", (), str.upper) == ["A.EXAMPLE", "B.EXAMPLE"]
    assert env.words("OTHER", (), str.upper) == []
    assert env.words("OTHER", ("localhost",), str.upper) == ["localhost"]


def test_without_a_problem_nothing_is_complained_about():
    env = Environment({"PORT": "8000"})
    env.number("PORT", 1, at_most=65_535)

    env.complain()

    assert env.problems == []


def test_one_problem_is_told_in_one_line():
    env = Environment({"DJANGO_DEBUG": "maybe"})
    env.flag("DJANGO_DEBUG", default=False)

    with pytest.raises(ImproperlyConfigured) as complaint:
        env.complain()

    assert str(complaint.value) == "The configuration is invalid. DJANGO_DEBUG must be true or false."


def test_every_problem_is_told_at_once_and_in_a_line_of_its_own():
    env = Environment({"PORT": "many", "DJANGO_DEBUG": "maybe"}, problems=[".env cannot be read."])
    env.number("PORT", 8000, at_least=1, at_most=65_535)
    env.flag("DJANGO_DEBUG", default=False)
    env.secret("DJANGO_SECRET_KEY", keep_in=None)

    with pytest.raises(ImproperlyConfigured) as complaint:
        env.complain()

    assert str(complaint.value).splitlines() == [
        "The configuration is invalid.",
        "- .env cannot be read.",
        "- PORT must be a whole number from 1 to 65535.",
        "- DJANGO_DEBUG must be true or false.",
        "- DJANGO_SECRET_KEY (or DJANGO_SECRET_KEY_FILE) must be set.",
    ]


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


@pytest.mark.parametrize("zone", ["UTC", "Europe/Moscow", "America/Argentina/Buenos_Aires", "Etc/GMT+3"])
def test_time_zone_is_one_of_the_iana_database(zone):
    assert Environment({"STORE_TIME_ZONE": zone}).read("STORE_TIME_ZONE", "UTC", time_zone) == zone
