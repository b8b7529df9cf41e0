"""A category is deleted in the moment in which something is put into it: one of both is refused."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.catalog.models import Category
from apps.catalog.tests.factories import make_category, make_product
from apps.core.tests.answers import refusal_of
from apps.core.tests.threads import at_once, rounds
from apps.users.models import User
from conftest import signed_in

CATEGORIES, PRODUCTS = "/api/v1/categories/", "/api/v1/products/"
_numbers = count(1)


def create_product(api: APIClient, chosen: Category) -> Any:
    sku = f"TEA-{next(_numbers)}"
    return api.post(PRODUCTS, {"name": "Tea", "sku": sku, "price": "1.00", "category": chosen.pk})


def move_product(api: APIClient, chosen: Category) -> Any:
    return api.patch(f"{PRODUCTS}{make_product().pk}/", {"category": chosen.pk})


def create_category(api: APIClient, chosen: Category) -> Any:
    return api.post(CATEGORIES, {"name": "Tea", "parent": chosen.pk})


def move_category(api: APIClient, chosen: Category) -> Any:
    return api.patch(f"{CATEGORIES}{make_category().pk}/", {"parent": chosen.pk})


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("put_into", "pointer"),
    [
        (create_product, "/category"),
        (move_product, "/category"),
        (create_category, "/parent"),
        (move_category, "/parent"),
    ],
)
def test_of_a_deletion_and_a_write_into_the_category_one_is_refused(
    staff: User, put_into: Callable[[APIClient, Category], Any], pointer: str
):
    for _round in rounds(8):
        chosen = make_category()

        deleted, written = at_once(
            2, lambda hand, it=chosen: [delete, put_into][hand](staff_client_of(staff), it)
        )

        if deleted.status_code == 204:
            assert refusal_of(written) == (400, "validation_error", [("does_not_exist", pointer)])
            assert not Category.objects.filter(pk=chosen.pk).exists()
        else:
            assert refusal_of(deleted) == (409, "category_not_empty", [])
            assert written.status_code in {200, 201}
            assert chosen.products.count() + chosen.children.count() == 1


def delete(api: APIClient, chosen: Category) -> Any:
    return api.delete(f"{CATEGORIES}{chosen.pk}/?hard=true")


def staff_client_of(staff: User) -> APIClient:
    client = signed_in(staff)
    client.raise_request_exception = False
    return client
