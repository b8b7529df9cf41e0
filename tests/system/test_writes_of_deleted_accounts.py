"""An account is deleted in the moment in which it writes: 401 or the write, never a 500."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import ProtectedError
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_category, make_product
from apps.core.tests.answers import problem_of
from apps.core.tests.threads import at_once, rounds
from apps.users.models import User
from apps.users.services import delete_account
from conftest import PASSWORD, signed_in


def order(api: APIClient, **headers: str) -> Any:
    items = [{"product_id": make_product().pk, "quantity": 1}]
    return api.post("/api/v1/orders/", {"items": items}, headers=headers)


def product(api: APIClient) -> Any:
    body = {"name": "Tea", "sku": secrets.token_hex(4), "price": "1.00", "category": make_category().pk}
    return api.post("/api/v1/products/", {**body, "stock": 5})


def movement(api: APIClient) -> Any:
    address = f"/api/v1/admin/products/{make_product().pk}/stock-movements/"
    return api.post(address, {"delta": 1, "reason": "delivery"})


def password(api: APIClient) -> Any:
    body = {"old_password": PASSWORD, "new_password": "another-horse-entirely"}
    return api.post("/api/v1/auth/password/change/", body)


def address(api: APIClient) -> Any:
    new_email = f"{secrets.token_hex(4)}@example.com"
    return api.post("/api/v1/auth/email/change/", {"password": PASSWORD, "new_email": new_email})


WRITES: dict[str, Callable[[APIClient], Any]] = {
    "order": order,
    "order with a key": lambda api: order(api, **{"Idempotency-Key": secrets.token_hex(4)}),
    "product with its first stock": product,
    "stock movement": movement,
    "price": lambda api: api.patch(f"/api/v1/products/{make_product().pk}/", {"price": "2.00"}),
    "category": lambda api: api.patch(f"/api/v1/categories/{make_category().pk}/", {"name": "Tea"}),
    "first name": lambda api: api.patch("/api/v1/auth/me/", {"first_name": "Olga"}),
    "password": password,
    "e-mail address": address,
    "log-out": lambda api: api.post("/api/v1/auth/logout-all/"),
}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", WRITES)
def test_write_of_an_account_that_is_deleted_is_done_or_unauthorized(
    make_user: Callable[..., User], write: str
):
    for _round in rounds(2):
        user = make_user(is_staff=True, is_superuser=True)
        client = signed_in(user)
        client.raise_request_exception = False

        answer, is_deleted = at_once(
            2, lambda hand, whose=(client, user): [WRITES[write], deleted][hand](whose[hand])
        )

        assert answer.status_code in {200, 201, 202, 204, 401}, answer.content
        if answer.status_code == 401:
            assert problem_of(answer)["code"] in {"session_revoked", "token_invalid"}
            assert is_deleted
            assert not User.objects.filter(pk=user.pk).exists()


def deleted(user: User) -> bool:
    try:
        delete_account(user)
    except ProtectedError:  # it has done something by then
        return False
    return True
