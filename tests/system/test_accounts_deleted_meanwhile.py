"""An account is deleted in the admin while it logs in or sends a request: 401 or a response, no 500."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from apps.core.tests.threads import at_once, rounds
from apps.users.models import Session, User
from apps.users.tokens import pair_for
from conftest import PASSWORD, signed_in
from tests.support.email_tokens import address_token, reset_token

AUTH = "/api/v1/auth/"
NEW = "another-horse-entirely"

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def anonymous(path: str, body: Callable[[User], dict[str, Any]]) -> Callable[[User], Callable[[], Any]]:
    def prepare(user: User) -> Callable[[], Any]:
        sent = body(user)
        return lambda: silent(APIClient()).post(f"{AUTH}{path}/", sent)

    return prepare


def signed(method: str, path: str, **body: Any) -> Callable[[User], Callable[[], Any]]:
    def prepare(user: User) -> Callable[[], Any]:
        client = silent(signed_in(user))
        return lambda: getattr(client, method)(f"{AUTH}{path}/", body or None)

    return prepare


def admin_login(user: User) -> Callable[[], Any]:
    account = {"username": user.username, "password": PASSWORD}
    return lambda: silent(Client()).post(reverse("admin:login"), account)


def silent(client: Any) -> Any:
    client.raise_request_exception = False
    return client


UNAUTHORIZED = {"invalid_credentials", "session_revoked"}
CALLS: dict[str, Callable[[User], Callable[[], Any]]] = {
    "login": anonymous("login", lambda user: {"username": user.username, "password": PASSWORD}),
    "refresh": anonymous("refresh", lambda user: {"refresh": pair_for(user)["refresh"]}),
    "verify": anonymous("email/verify", lambda user: {"token": address_token(user, user.email)}),
    "reset": anonymous(
        "password/reset/confirm", lambda user: {"token": reset_token(user), "new_password": NEW}
    ),
    "ask for a reset": anonymous("password/reset", lambda user: {"email": user.email}),
    "me": signed("get", "me"),
    "name": signed("patch", "me", first_name="Anna"),
    "close": signed("delete", "me", password=PASSWORD),
    "sessions": signed("get", "sessions"),
    "password": signed("post", "password/change", old_password=PASSWORD, new_password=NEW),
    "address": signed("post", "email/change", password=PASSWORD, new_email="moved@example.com"),
    "resend": signed("post", "email/verify/resend"),
    "log-out": signed("post", "logout"),
    "log-out everywhere": signed("post", "logout-all"),
    "admin": admin_login,
}


@pytest.mark.parametrize("name", CALLS)
def test_call_of_an_account_that_is_deleted_meanwhile_is_answered(
    staff: User, make_user: Callable[..., User], name: str
):
    for _round in rounds(2):
        user = make_user(is_staff=name == "admin", is_superuser=name == "admin")
        office = silent(Client())
        office.force_login(staff)
        page = reverse("admin:users_user_delete", args=[user.pk])
        call = CALLS[name](user)

        answer, deletion = at_once(
            2, lambda hand, work=(call, lambda: office.post(page, {"post": "yes"})): work[hand]()
        )

        is_deleted = not User.objects.filter(pk=user.pk).exists()
        assert deletion.status_code in ({302} if is_deleted else {200, 409})  # it has done something by then
        assert answer.status_code in {200, 202, 204, 302} or is_a_refusal(answer), answer.content
        assert not Session.objects.filter(user_id=user.pk).exists() or not is_deleted


def is_a_refusal(answer: Any) -> bool:
    code = answer.json()["code"]
    return (answer.status_code == 401 and code in UNAUTHORIZED) or code == "mailed_token_invalid"
