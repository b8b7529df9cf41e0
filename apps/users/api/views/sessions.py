"""The caller's sessions: listing them, ending one or all."""

from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.cached_views import no_store
from apps.core.api.viewsets import StoreView, StoreViewSet
from apps.users import sessions
from apps.users.api.authentication import session_of
from apps.users.api.serializers import SessionOutput
from apps.users.current_user import current_user
from apps.users.models import Session


class LogoutEverywhereView(StoreView):
    """End all sessions of the caller."""

    body_methods = frozenset()
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="logOutEverywhere", summary="Log out everywhere", request=None, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """End all sessions of the caller, including this one, and revoke the tokens sent by e-mail."""
        sessions.log_out_everywhere(current_user(request).pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(
    list=extend_schema(
        operation_id="listSessions", summary="List your sessions", responses=SessionOutput(many=True)
    ),
    destroy=extend_schema(operation_id="endSession", summary="End a session", responses={204: None}),
)
class SessionViewSet(StoreViewSet):
    """The sessions of the caller."""

    model = Session
    permission_classes = (IsAuthenticated,)
    serializer_class = SessionOutput

    def get_queryset(self) -> QuerySet[Session]:
        """Return the caller's live sessions."""
        is_current = ExpressionWrapper(Q(pk=session_of(self.request)), output_field=BooleanField())
        return Session.objects.live().filter(user=current_user(self.request)).annotate(is_current=is_current)

    @no_store
    def list(self, request: Request) -> Response:
        """List the devices the caller is logged in on, most recently used first.

        `last_used_at` and `ip` are from the last refresh.
        """
        rows: Any = SessionOutput(self.paginate_queryset(self.get_queryset()), many=True)
        return self.get_paginated_response(rows.data)

    def destroy(self, request: Request, pk: UUID) -> Response:
        """End a session. Other users' sessions and ended ones return 404."""
        sessions.end_session(current_user(request), pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
