"""Backups: what one holds comes back as it was, and what cannot come back whole changes nothing."""

import os
import stat
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.models import Sum

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_products
from apps.core.database.backups import TECHNIQUES, postgresql
from apps.core.database.backups.files import BackupFailed
from apps.core.database.backups.stored_files import archive_beside
from apps.core.tests.threads import at_once
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.orders.models import Order, OrderItem
from apps.orders.tests.factories import make_order, make_order_in
from apps.users.models import User
from tests.support.databases import all_rows, empty_database, using
from tests.support.processes import wait_for

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]

STOCK = 1000


@pytest.fixture(autouse=True)
def programs() -> None:
    """Skip where PostgreSQL's client is missing or too old for the server; under CI the tests then fail."""
    if connection.vendor == "postgresql" and os.environ.get("CI") != "true":
        try:
            postgresql._refuse_older_than_server(postgresql._program("pg_dump"))
        except BackupFailed as reason:
            pytest.skip(str(reason))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[str]:
    with empty_database(tmp_path) as name:
        yield name


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backups" / "store.backup"


@pytest.fixture
def order(customer: User) -> Order:
    return make_order(customer)


@pytest.fixture
def shop(customer: User, staff: User) -> None:
    """Orders in several statuses, with invoices, and jobs that are done and that wait."""
    make_order_in("cancelled", customer, moved_by=staff)
    make_order_in("shipped", customer, moved_by=staff)
    while run_due_jobs():
        continue
    make_order(customer, dict.fromkeys(make_products(3), 2))


def test_what_was_backed_up_comes_back_row_by_row(shop: None, file: Path, empty: str, customer: User):
    before = all_rows()
    call_command("backup", file)

    with using(empty):
        said = output_of("restore", file)
        restored = all_rows()
        call_command("verify_stock")
        next_order = make_order(User.objects.get(pk=customer.pk), {Product.objects.earliest("pk"): 1})

    assert said == f"{file} has been restored.\n"
    assert restored == before
    assert all(before[table] for table in ("orders_invoice", "orders_orderitem", "jobs_job", "users_user"))
    assert next_order.pk == Order.objects.latest("pk").pk + 1


def test_backup_while_orders_are_placed_is_of_one_moment(customer: User, file: Path, empty: str):
    products = make_products(5, stock=STOCK)
    is_over = threading.Event()

    def work(hand: int) -> None:
        if hand:
            while not is_over.is_set():
                make_order(customer, dict.fromkeys(products, 1))
            return
        try:
            wait_for(lambda: Order.objects.count() > 10)
            call_command("backup", file)
            at_the_end = Order.objects.count()
            wait_for(lambda: Order.objects.count() > at_the_end + 5)
        finally:
            is_over.set()

    at_once(3, work)
    now = all_rows()
    with using(empty):
        call_command("restore", file)
        then = all_rows()
        orders = Order.objects.count()
        lines = Counter(OrderItem.objects.values_list("order", flat=True))
        jobs = Counter(Job.objects.values_list("subject", flat=True))
        sold = dict(OrderItem.objects.order_by().values_list("product").annotate(Sum("quantity")))
        left = dict(Product.objects.values_list("pk", "stock"))

    assert 10 < orders < len(now["orders_order"]) - 5
    assert set(lines.values()) == {5}
    assert (len(lines), len(jobs), set(jobs.values())) == (orders, orders, {2})
    assert {pk: left[pk] + sold[pk] for pk in left} == {product.pk: STOCK for product in products}
    for table in ("orders_order", "orders_orderitem", "orders_statuschange", "jobs_job"):
        assert set(then[table]) < set(now[table])
    assert then["users_user"] == now["users_user"]


@pytest.mark.parametrize("kept", [0.5, 0.999])
def test_file_that_was_cut_short_changes_nothing(order: Order, file: Path, kept: float):
    call_command("backup", file)
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * kept)])
    Product.objects.update(price=7)
    before = all_rows()

    with pytest.raises(CommandError, match=r"is damaged|Nothing was changed|pg_restore"):
        call_command("restore", file, force=True)

    assert all_rows() == before


@pytest.mark.parametrize("content", [b"", b"PGDMP", b"SQLite format 3\0", b"id,name\n1,Mug\n"])
def test_file_that_is_no_backup_changes_nothing(order: Order, tmp_path: Path, content: bytes):
    file = tmp_path / "file"
    file.write_bytes(content)
    before = all_rows()

    with pytest.raises(CommandError, match=r"is not an? |is damaged|pg_restore"):
        call_command("restore", file, force=True)

    assert all_rows() == before


def test_backup_of_something_else_changes_nothing(order: Order, file: Path, empty: str):
    with using(empty):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE mugs (id integer)")
        file.parent.mkdir()
        TECHNIQUES[connection.vendor].dump(file)
    before = all_rows()

    with pytest.raises(CommandError, match="is not a backup of a store"):
        call_command("restore", file, force=True)

    assert all_rows() == before


def test_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(CommandError, match=r"There is no file .*/store\.dump\."):
        call_command("restore", tmp_path / "store.dump")


def test_database_with_rows_is_not_replaced_unless_forced(order: Order, file: Path):
    call_command("backup", file)
    then = all_rows()
    Product.objects.update(price=7)
    before = all_rows()

    with pytest.raises(CommandError) as refusal:
        call_command("restore", file)
    unchanged = all_rows()
    said = output_of("restore", file, "--force")

    assert unchanged == before
    losses = "catalog_category 1, catalog_product 1, catalog_stockmovement 2, jobs_job 2, orders_order 1, "
    losses += "orders_orderitem 1, orders_statuschange 1, users_user 1."
    assert losses in str(refusal.value)
    assert losses in said
    assert all_rows() == then


def test_what_a_newer_release_has_added_goes_too(order: Order, file: Path):
    call_command("backup", file)
    then = all_rows()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE orders_later (id integer, order_id bigint REFERENCES orders_order (id))")
        cursor.execute("INSERT INTO orders_later SELECT 1, min(id) FROM orders_order")
        if connection.vendor == "postgresql":
            cursor.execute("CREATE FUNCTION later() RETURNS integer LANGUAGE sql AS 'SELECT 1'")

    call_command("restore", file, force=True)

    assert all_rows() == then
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_proc WHERE proname = 'later'")
            assert cursor.fetchone() == (0,)


@pytest.mark.postgres
def test_restore_beside_a_working_store_gives_up_soon(order: Order, file: Path, monkeypatch):
    monkeypatch.setattr(postgresql, "LOCK_SECONDS", 1)
    call_command("backup", file)
    before = all_rows()
    store = connections.create_connection("default")
    store.set_autocommit(False)
    try:
        with store.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM orders_order")

        with pytest.raises(CommandError, match=r"Nothing was changed\. .*lock timeout"):
            call_command("restore", file, force=True)
    finally:
        store.close()

    assert all_rows() == before


@pytest.mark.long
def test_migrated_database_without_rows_counts_as_empty(order: Order, file: Path, empty: str):
    before = all_rows()
    call_command("backup", file)

    with using(empty):
        call_command("migrate", verbosity=0)
        call_command("restore", file)
        restored = all_rows()

    assert restored == before


def test_older_backup_asks_for_its_migrations(file: Path, empty: str):
    with recorded_migration("DELETE FROM django_migrations WHERE app = 'jobs'"):
        call_command("backup", file)

    with using(empty):
        said = output_of("restore", file)

    assert "older release: run `python manage.py migrate` for jobs.0001_initial" in said


def test_backup_of_a_newer_release_asks_for_that_release(file: Path, empty: str):
    later = "INSERT INTO django_migrations (app, name, applied) VALUES ('jobs', '0999_later', '2030-01-01')"
    with recorded_migration(later):
        call_command("backup", file)

    with using(empty), pytest.raises(CommandError, match=r"newer release, .* missing here: jobs\.0999_later"):
        call_command("restore", file)


def test_no_answer_from_before_is_left_in_a_cache(file: Path, empty: str):
    embedded = FileBasedCache(str(settings.EMBEDDED_CACHE["LOCATION"]), {})
    call_command("backup", file)
    cache.set("answer", "old")
    embedded.set("answer", "old")

    with using(empty):
        call_command("restore", file)

    assert (cache.get("answer"), embedded.get("answer")) == (None, None)


def test_backup_is_for_its_owner_and_never_overwritten(file: Path):
    call_command("backup", file)
    content = file.read_bytes()

    with pytest.raises(CommandError, match="never overwritten"):
        call_command("backup", file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert file.read_bytes() == content
    assert sorted(file.parent.iterdir()) == [file, archive_beside(file)]


def test_backup_without_a_name_is_named_by_the_time(settings, tmp_path: Path):
    settings.VAR_DIR = tmp_path

    said = output_of("backup")

    file, archive = sorted((tmp_path / "backups").iterdir())
    assert archive == archive_beside(file)
    assert said.startswith(f"{file}: ")
    assert file.name.startswith("store-20")
    assert file.suffix == TECHNIQUES[connection.vendor].SUFFIX


def test_folder_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").touch()

    with pytest.raises(
        CommandError, match=r"cannot be written: Not a directory|cannot be written: File exists"
    ):
        call_command("backup", tmp_path / "file" / "store.backup")


def test_empty_database_is_not_backed_up(file: Path, empty: str):
    with using(empty), pytest.raises(CommandError, match="the database is empty"):
        call_command("backup", file)

    assert not file.exists()


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_failing_backup_leaves_no_file(file: Path, empty: str, monkeypatch):
    Path(empty).write_bytes(b"no database at all")
    monkeypatch.setattr(connection.introspection, "table_names", lambda: ["django_migrations"])

    with using(empty), pytest.raises(CommandError, match="file is not a database"):
        call_command("backup", file)

    assert list(file.parent.iterdir()) == []


def output_of(*arguments: str | Path) -> str:
    output = StringIO()
    call_command(*map(str, arguments), stdout=output)
    return output.getvalue()


@contextmanager
def recorded_migration(change: str) -> Iterator[None]:
    """Change what the database knows of its migrations, which no test may leave behind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name, applied FROM django_migrations")
        rows = cursor.fetchall()
        cursor.execute(change)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations")
            cursor.executemany("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", rows)
