"""Fixtures for the tests of the catalogue: the office, and reads that come from the cache."""

from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from apps.catalog.tests.import_pages import RIGHTS
from apps.catalog.tests.office import Office
from apps.users.models import User


@pytest.fixture
def office(staff_api: APIClient, client: Client, staff: User, tmp_path: Path) -> Office:
    """Return what staff work with: the API, the admin, and files to import."""
    client.force_login(staff)
    return Office(staff_api, client, tmp_path)


@pytest.fixture
def kept(api: APIClient, django_assert_num_queries: Any) -> Callable[[str], Any]:
    """Return a function that reads an address and makes sure that the answer comes from the cache by then."""

    def read(address: str) -> Any:
        assert api.get(address).status_code == 200
        with django_assert_num_queries(0):
            return api.get(address).json()

    return read


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Return a function that imports lines or bytes, and returns what the command wrote, in English."""

    def run(*lines: str, raw: bytes | None = None, skip: bool = False, options: Sequence[str] = ()) -> str:
        path = tmp_path / "products.csv"
        path.write_bytes(raw if raw is not None else "\n".join(lines).encode())
        out, errors = StringIO(), StringIO()
        options = [*options, *(["--skip-bad-rows"] if skip else [])]
        try:
            call_command("import_products", str(path), *options, stdout=out, stderr=errors)
        finally:
            run.dialect, *run.errors = errors.getvalue().splitlines()
        return out.getvalue()

    with translation.override("en"):
        yield run


@pytest.fixture
def make_clerk(make_user: Callable[..., User]) -> Callable[..., User]:
    """Return a function that makes staff with the permissions."""

    def make(*codenames: str) -> User:
        clerk = make_user(is_staff=True)
        clerk.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return clerk

    return make


@pytest.fixture
def clerk(make_clerk: Callable[..., User]) -> User:
    """Return staff who may import products."""
    return make_clerk(*RIGHTS)


@pytest.fixture
def browser(client: Client, clerk: User) -> Client:
    """Return the browser of staff who may import products, and read English."""
    client.force_login(clerk)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client
