"""What the tests of the catalogue share: what staff work with, and reads that come from the cache."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

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
