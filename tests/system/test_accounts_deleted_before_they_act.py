"""An account is deleted after its token was looked at, and before the call does anything: 401, never 404."""

from typing import Any

import pytest
from rest_framework.permissions import IsAuthenticated

from apps.core.tests.answers import problem_of
from apps.users.models import User
from conftest import PASSWORD, signed_in

AUTH = "/api/v1/auth/"
NEW = "another-horse-entirely"
CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "name": ("patch", "me", {"first_name": "Anna"}),
    "close": ("delete", "me", {"password": PASSWORD}),
    "password": ("post", "password/change", {"old_password": PASSWORD, "new_password": NEW}),
    "address": ("post", "email/change", {"password": PASSWORD, "new_email": "moved@example.com"}),
    "log-out everywhere": ("post", "logout-all", {}),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", CALLS)
def test_call_of_an_account_that_is_gone_by_then_is_unauthorized(
    customer: User, monkeypatch: pytest.MonkeyPatch, name: str
):
    method, path, body = CALLS[name]
    client = signed_in(customer)

    def deleted_meanwhile(*_args: Any) -> bool:
        User.objects.filter(pk=customer.pk).delete()
        return True

    monkeypatch.setattr(IsAuthenticated, "has_permission", deleted_meanwhile)
    answer = getattr(client, method)(f"{AUTH}{path}/", body or None)

    assert (answer.status_code, problem_of(answer)["code"]) == (401, "session_revoked")
    assert not User.objects.filter(pk=customer.pk).exists()
