"""Fixtures for the tests of integrations."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from apps.integrations.tests.feeds import shop
from apps.users.models import User
from conftest import signed_in

__all__ = ["shop"]


@pytest.fixture
def client_with_permissions(make_user: Callable[..., User]) -> Callable[..., APIClient]:
    """Return a function that makes the client of a member of staff with these permissions."""

    def make(*codenames: str) -> APIClient:
        clerk = make_user(is_staff=True)
        clerk.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return signed_in(clerk)

    return make
