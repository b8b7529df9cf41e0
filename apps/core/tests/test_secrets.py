"""Secrets of a start: given ones must be long, missing ones are made once and kept for their owner only."""

import os
import stat

import pytest

from online_store.env import Environment


def test_given_secret_is_used_and_not_kept(tmp_path):
    given = "k" * 50
    env = Environment({"SECRET": given})

    assert env.secret("SECRET", keep_in=tmp_path / "secret") == given
    assert env.problems == []
    assert not (tmp_path / "secret").exists()


def test_missing_secret_is_made_once_and_kept_for_its_owner_only(tmp_path):
    path = tmp_path / "var" / "secret"

    first = Environment({}).secret("SECRET", keep_in=path)
    second = Environment({}).secret("SECRET", keep_in=path)

    assert first == second == path.read_text()
    assert len(first) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret"]


def test_kept_secret_is_private_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        Environment({}).secret("SECRET", keep_in=tmp_path / "secret")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_secrets_of_two_stores_differ(tmp_path):
    env = Environment({})

    assert env.secret("A", keep_in=tmp_path / "a") != env.secret("B", keep_in=tmp_path / "b")


def test_missing_secret_that_may_not_be_made_is_a_problem():
    env = Environment({})

    assert env.secret("SECRET", keep_in=None) == ""
    assert env.problems == ["SECRET (or SECRET_FILE) must be set."]


@pytest.mark.parametrize("secret", ["short", "k" * 49, "example-" * 10])
def test_short_secret_and_the_example_s_are_problems_that_do_not_show_it(tmp_path, secret):
    env = Environment({"SECRET": secret})

    env.secret("SECRET", keep_in=tmp_path / "secret", example="example-" * 10)

    assert len(env.problems) == 1
    assert env.problems[0].startswith("SECRET must be a random text of at least 50 characters")
    assert secret not in env.problems[0]


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff" * 60])
def test_kept_secret_that_is_damaged_is_a_problem_and_stays_as_it_is(tmp_path, content):
    path = tmp_path / "secret"
    path.write_bytes(content)
    env = Environment({})

    assert env.secret("SECRET", keep_in=path) == ""
    assert env.problems == [
        f"SECRET is stored in {path}, which cannot be created or read, or is damaged: "
        "repair or delete the file."
    ]
    assert path.read_bytes() == content


def test_secret_that_cannot_be_kept_is_a_problem(tmp_path):
    (tmp_path / "var").write_text("a file")
    env = Environment({})

    assert env.secret("SECRET", keep_in=tmp_path / "var" / "secret") == ""
    assert len(env.problems) == 1


def test_refused_start_makes_no_secret(tmp_path):
    env = Environment({}, problems=["PORT must be a number."])

    assert env.secret("SECRET", keep_in=tmp_path / "secret") == ""
    assert env.problems == ["PORT must be a number."]
    assert not (tmp_path / "secret").exists()
