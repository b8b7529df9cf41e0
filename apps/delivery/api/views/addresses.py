"""The caller's address book, and what an address needs in each country."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from apps.core.api.cached_views import cached_response, conditional_response, everyone
from apps.core.api.conditional import if_match, rendered, written
from apps.core.api.openapi.annotations import raises, sends
from apps.core.api.viewsets import StoreView, StoreViewSet
from apps.core.caching.responses import CachedResponse
from apps.core.countries import COUNTRIES
from apps.core.exceptions import PreconditionFailed
from apps.delivery import address_book
from apps.delivery.address_rules import rule_of
from apps.delivery.api.serializers import AddressRuleOutput, SavedAddressInput, SavedAddressOutput
from apps.delivery.caching import address_rules_cache
from apps.delivery.exceptions import TooManyAddresses
from apps.delivery.models import ADDRESS_FIELDS, SavedAddress
from apps.users.current_user import current_user

COUNTRY = OpenApiParameter(
    "country",
    {"type": "string", "enum": sorted(COUNTRIES), "example": "RU"},
    OpenApiParameter.PATH,
    description="ISO 3166 code",
)


class AddressRuleView(StoreView):
    """What an address in a country needs."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="getAddressRule",
        summary="Get the address rule of a country",
        parameters=[COUNTRY],
        responses=AddressRuleOutput,
    )
    @cached_response(address_rules_cache, scope=everyone, public=True)
    def get(self, request: Request, country: str) -> Response:
        """Get the required members, the postal codes and the print order of addresses in a country."""
        rule = rule_of(country)
        if rule is None:
            raise Http404
        return Response(AddressRuleOutput(rule).data)


@extend_schema_view(
    list=extend_schema(
        operation_id="listAddresses", summary="List your addresses", responses=SavedAddressOutput(many=True)
    ),
    retrieve=extend_schema(
        operation_id="getAddress", summary="Get one of your addresses", responses=SavedAddressOutput
    ),
)
class SavedAddressViewSet(StoreViewSet):
    """The address book of the caller."""

    model = SavedAddress
    permission_classes = (IsAuthenticated,)
    serializer_class = SavedAddressOutput
    lists_are_personal = True

    def get_queryset(self) -> QuerySet[SavedAddress]:
        """Return the caller's addresses."""
        return SavedAddress.objects.filter(user=current_user(self.request))

    @raises(PreconditionFailed)
    @sends("Cache-Control", "ETag", on=(200, 304))
    def list(self, request: Request) -> HttpResponseBase:
        """List the caller's address book, oldest address first."""
        rows: Any = SavedAddressOutput(self.paginate_queryset(self.get_queryset()), many=True)
        return _with_version(request, self.get_paginated_response(rows.data).data)

    @raises(PreconditionFailed)
    @sends("Cache-Control", "ETag", on=(200, 304))
    def retrieve(self, request: Request, pk: int) -> HttpResponseBase:
        """Get an address. Other customers' addresses return 404."""
        return _with_version(request, _shown(get_object_or_404(self.get_queryset(), pk=pk)))

    @extend_schema(
        operation_id="saveAddress",
        summary="Save an address",
        request=SavedAddressInput,
        responses={201: SavedAddressOutput},
    )
    @raises(TooManyAddresses)
    @sends("ETag", "Location", on=(201,))
    def create(self, request: Request) -> Response:
        """Save an address. As a default, it replaces the former one.

        What the country requires is listed by `address-rules/{country}/`.
        """
        wanted = SavedAddressInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        values = wanted.validated_data
        more = {name: value for name, value in values.items() if name not in ADDRESS_FIELDS}
        row = address_book.save_address(
            user=current_user(request), address=SavedAddressInput.address(values), **more
        )
        headers = {"Location": reverse("address-detail", args=[row.pk], request=request)}
        return written(_shown(row), status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(
        operation_id="changeAddress",
        summary="Change an address",
        request=SavedAddressInput(partial=True),
        responses=SavedAddressOutput,
    )
    @raises(PreconditionFailed)
    @sends("ETag")
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change the given members of an address. Orders keep the address they were placed with."""
        wanted = SavedAddressInput(data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        row = address_book.change_address(
            pk,
            user=current_user(request),
            changes=wanted.validated_data,
            precondition=if_match(request, _shown),
        )
        return written(_shown(row))

    @extend_schema(operation_id="deleteAddress", summary="Delete an address", responses={204: None})
    @raises(PreconditionFailed)
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete an address. Orders keep it."""
        address_book.delete_address(pk, user=current_user(request), precondition=if_match(request, _shown))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _shown(row: SavedAddress) -> dict[str, Any]:
    return SavedAddressOutput(row).data


def _with_version(request: Request, data: Any) -> HttpResponseBase:
    return conditional_response(request, CachedResponse.of(rendered(data)))
