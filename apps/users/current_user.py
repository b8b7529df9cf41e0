"""The current user: who sends a request that only users can send."""

from typing import cast

from django.http import HttpRequest
from rest_framework.request import Request

from apps.users.models import User


def current_user(request: HttpRequest | Request) -> User:
    """Return the user of a request that has passed authentication; Django's types allow for nobody."""
    return cast(User, request.user)
