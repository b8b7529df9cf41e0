"""The start of a container: entrypoint.sh, and the command that lets one of several migrate."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections

from apps.core.management.commands import migrate_once
from tests.support.processes import running
from tests.support.workers import database_url

ENTRYPOINT = Path(__file__).resolve().parents[2] / "entrypoint.sh"
MIGRATES = "python manage.py migrate_once"
ONLY_WAITS = "python manage.py migrate_once --only-wait"
GIVEN_KEY = "given-" * 10


def start(folder: Path, *arguments: str, **variables: str) -> list[str]:
    """Run the script where every program but the shell's own only says how it was called."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    for name in ("python", "gunicorn", "celery"):
        program = programs / name
        # As a program writes its log.
        program.write_text(
            '#!/bin/sh\necho "${0##*/} $*'
            "${DATABASE_STATEMENT_TIMEOUT:+ (statements $DATABASE_STATEMENT_TIMEOUT s)}"
            '${WEB_CONCURRENCY+ (processes $WEB_CONCURRENCY)}" >&2\n'
        )
        program.chmod(0o755)
    return run(programs, *arguments, VAR_DIR=str(folder), **variables)


def run(programs: Path, *arguments: str, **variables: str) -> list[str]:
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", **variables}
    done = subprocess.run(
        ["/bin/sh", str(ENTRYPOINT), *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def make_secrets(folder: Path, **variables: str) -> dict[str, str]:
    """Run the script's secrets with the real Python and return what lies in the folder then."""
    programs, volume = folder / "programs", folder / "volume"
    programs.mkdir(exist_ok=True)
    volume.mkdir(exist_ok=True)
    if not (programs / "python").exists():
        (programs / "python").symlink_to(sys.executable)
    run(programs, "secrets", str(volume), **variables)
    return {path.name: path.read_text().strip() for path in volume.iterdir()}


@pytest.mark.parametrize("arguments", [[], ["web"]])
def test_web_migrates_and_then_serves(tmp_path, arguments):
    assert start(tmp_path, *arguments) == [MIGRATES, "gunicorn online_store.wsgi:application"]


@pytest.mark.parametrize(("given", "told"), [("", ""), (" ", ""), ("4", " (processes 4)")])
def test_empty_number_of_processes_counts_as_not_given(tmp_path, given, told):
    serves = start(tmp_path, "web", WEB_CONCURRENCY=given)[-1]

    assert serves == f"gunicorn online_store.wsgi:application{told}"


@pytest.mark.parametrize("role", ["worker", "beat"])
def test_worker_and_beat_leave_the_migrations_to_web(tmp_path, role):
    waits, works = start(tmp_path, role)
    assert waits == ONLY_WAITS
    assert works.startswith(f"celery -A online_store {role} -l info ")


@pytest.mark.parametrize(("given", "seconds"), [("", 60), ("7", 7)])
def test_statements_of_a_worker_may_take_longer(tmp_path, given, seconds):
    assert start(tmp_path, "worker", DATABASE_STATEMENT_TIMEOUT=given)[-1].endswith(
        f"(statements {seconds} s)"
    )


LIMITS = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("command", "limits"), [("migrate", ["0", "5s", "0", "no pool"]), ("jobs", ["7s", "5s", "10s", "pool"])]
)
def test_commands_take_their_time_but_do_not_wait_longer_for_locks(tmp_path, command, limits):
    script = (
        "import runpy, sys, django.core.management as management\n"
        "def run(arguments):\n"
        "    from django.db import connection\n"
        "    with connection.cursor() as cursor:\n"
        f"        shown = [cursor.execute(f'SHOW {{name}}').fetchone()[0] for name in {LIMITS}]\n"
        "    print([*shown, 'pool' if connection.pool else 'no pool'])\n"
        "    connection.close()\n"
        "    connection.close_pool()\n"
        "management.execute_from_command_line = run\n"
        f"sys.argv = ['manage.py', '{command}']\n"
        "runpy.run_path('manage.py', run_name='__main__')\n"
    )
    variables = {"DATABASE_STATEMENT_TIMEOUT": "7", "DATABASE_POOL_SIZE": "4", "DATABASE_URL": database_url()}
    variables |= dict.fromkeys(["DATABASE_LOCK_TIMEOUT", "DATABASE_IDLE_TIMEOUT"], "")
    environment = {**os.environ, "VAR_DIR": str(tmp_path), **variables}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ENTRYPOINT.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == f"{limits}\n"


def test_the_schedule_of_beat_lies_where_it_can_be_written(tmp_path):
    assert f"--schedule {tmp_path}/beat/schedule " in start(tmp_path, "beat")[-1]
    assert (tmp_path / "beat").is_dir()


def test_any_other_command_runs_as_it_is(tmp_path):
    assert start(tmp_path, "python", "manage.py", "check", "--deploy") == ["python manage.py check --deploy"]


def test_secrets_are_random_and_made_once(tmp_path):
    first = make_secrets(tmp_path)
    assert first.keys() == {"secret_key", "database_password"}
    assert all(len(secret) >= 80 for secret in first.values())
    assert first["secret_key"] != first["database_password"]
    assert make_secrets(tmp_path) == first


def test_secrets_can_be_read_by_the_store_alone_but_the_password_by_its_group_too(tmp_path):
    make_secrets(tmp_path)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "volume").iterdir()}
    assert modes == {"secret_key": 0o400, "database_password": 0o440}


def test_secrets_of_the_environment_are_not_made(tmp_path):
    given = make_secrets(tmp_path, DJANGO_SECRET_KEY=GIVEN_KEY, POSTGRES_PASSWORD="its 'own' $word")
    assert given == {"database_password": "its 'own' $word"}
    assert make_secrets(tmp_path, POSTGRES_PASSWORD="another")["database_password"] == "another"


@pytest.mark.django_db(transaction=True)
def test_migrate_once_finds_nothing_to_do_the_second_time():
    assert "No migrations to apply." in said("--timeout=5")


@pytest.mark.django_db
def test_migrate_once_tells_why_it_gives_up(monkeypatch):
    def away():
        raise OperationalError("connection refused\n\tIs the server running?")

    monkeypatch.setattr(connection, "ensure_connection", away)
    with pytest.raises(CommandError, match=r"within 0 seconds: connection refused Is the server running\?"):
        said("--timeout=0")


@pytest.mark.django_db
def test_migrate_once_tells_what_it_waits_for_once(monkeypatch):
    answers = iter([OperationalError("refused"), OperationalError("refused"), None])

    def answer():
        if problem := next(answers):
            raise problem

    monkeypatch.setattr(connection, "ensure_connection", answer)
    monkeypatch.setattr(migrate_once, "POLL_SECONDS", 0)
    monkeypatch.setattr(migrate_once, "_pending_migrations", list)
    assert said("--only-wait") == "Waiting for the database: refused\n"


@pytest.mark.django_db
def test_migrate_once_can_leave_the_migrations_to_others(monkeypatch):
    waits = "Waiting until another container has migrated: orders.0009_more\n"
    pending = iter([["orders.0009_more"], ["orders.0009_more"], []])
    monkeypatch.setattr(migrate_once, "POLL_SECONDS", 0)
    monkeypatch.setattr(migrate_once, "_pending_migrations", lambda: next(pending))
    monkeypatch.setattr(connection, "close", lambda: None)
    assert said("--only-wait") == waits


@pytest.mark.django_db
def test_no_migration_is_pending_after_all():
    assert said("--only-wait") == ""


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_only_one_process_migrates(monkeypatch):
    monkeypatch.setattr(migrate_once, "POLL_SECONDS", 0.05)
    output = StringIO()

    def migrate():
        call_command("migrate_once", stdout=output)
        connections.close_all()

    other = threading.Thread(target=migrate)
    with lock_held():
        other.start()
        other.join(0.5)
        assert output.getvalue() == "Another container is migrating; waiting for it.\n"
    other.join(30)
    assert "No migrations to apply." in output.getvalue()
    with lock_held():
        pass  # given back


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_lock_outlasts_migrations_of_any_length():
    holder = connections.create_connection("default")
    holder.set_autocommit(False)
    try:
        assert migrate_once._locked(holder)
        with holder.cursor() as cursor:
            cursor.execute("SHOW idle_in_transaction_session_timeout")
            assert cursor.fetchone() == ("0",)
    finally:
        holder.close()


@pytest.mark.long
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_three_processes_that_start_together_on_an_empty_database_one_migrates(tmp_path: Path):
    name = f"{connection.settings_dict['NAME']}_empty"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        address = {
            "DATABASE_URL": database_url(name=name),
            "DATABASE_POOL_SIZE": "0",
            "VAR_DIR": str(tmp_path),
        }
        logs = [tmp_path / f"{number}.log" for number in range(3)]
        with ExitStack() as stack:
            processes = [
                stack.enter_context(running("manage.py", "migrate_once", log=log, **address)) for log in logs
            ]
            exit_codes = [process.wait(120) for process in processes]
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    said = [log.read_text() for log in logs]
    assert exit_codes == [0, 0, 0]
    assert sum("Applying orders.0001_initial..." in text for text in said) == 1
    assert sum("No migrations to apply." in text for text in said) == 2


@contextmanager
def lock_held() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [migrate_once.LOCK])
        assert cursor.fetchone()[0]
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [migrate_once.LOCK])


def said(*arguments: str) -> str:
    output = StringIO()
    call_command("migrate_once", *arguments, stdout=output)
    return output.getvalue()
