"""Views whose key is obligatory, answers other than 201, and views that may not be run in a transaction."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import path
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient

from apps.core.api.operations import operation_of
from apps.core.api.viewsets import StoreView
from apps.idempotency.decorators import database_only, idempotent
from apps.idempotency.models import StoredResponse

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]

_numbers: list[int] = []


class AcceptingView(StoreView):
    """Accept something, and number it."""

    permission_classes = (IsAuthenticated,)

    @idempotent(required=True, on=(202,))
    @database_only
    def post(self, request: Request) -> Response:
        _numbers.append(len(_numbers) + 1)
        return Response({"number": _numbers[-1], **request.data}, status=202)


urlpatterns = [path("accept/", AcceptingView.as_view())]


@pytest.fixture
def client(customer_api: APIClient, settings) -> APIClient:
    settings.ROOT_URLCONF = __name__
    _numbers.clear()
    return customer_api


def test_without_a_key_nothing_is_done(client: APIClient):
    response = client.post("/accept/", {})

    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_required")
    assert not _numbers


def test_a_repeated_request_gets_its_first_response_with_its_status(client: APIClient):
    first, second, other = (
        client.post("/accept/", {"a": 1}, headers={"Idempotency-Key": key}) for key in ("one", "one", "two")
    )

    assert [each.status_code for each in (first, second, other)] == [202, 202, 202]
    assert (first.json(), second.content, other.json()["number"]) == ({"number": 1, "a": 1}, first.content, 2)
    assert ("Idempotent-Replayed" in first, second["Idempotent-Replayed"]) == (False, "true")
    assert StoredResponse.objects.count() == 2


def test_the_schema_is_told(client: APIClient):
    operation = operation_of(AcceptingView.post)

    assert operation.headers == {"202": ("Idempotent-Replayed",)}
    assert "idempotency_key_required" in operation.codes


def test_a_view_that_may_do_more_than_work_in_the_database_is_refused_at_start_up():
    def calls_somebody(view, request):
        raise AssertionError

    with pytest.raises(
        ImproperlyConfigured, match=r"calls_somebody is idempotent, but not marked database_only"
    ):
        idempotent(required=True)(calls_somebody)
