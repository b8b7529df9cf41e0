"""Views of the orders' API."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from apps.catalog.exceptions import InsufficientStock, StockOutOfRange
from apps.core.api.cached_views import cached_response, conditional_response, no_store
from apps.core.api.conditional import if_match, written
from apps.core.api.openapi.annotations import leads_to, raises, sends
from apps.core.api.pagination.page_numbers import LongListPagination
from apps.core.api.viewsets import StoreViewSet
from apps.core.caching.cache_control import NO_STORE
from apps.core.caching.responses import CachedResponse
from apps.core.exceptions import PreconditionFailed
from apps.delivery.exceptions import (
    AddressRequired,
    DeliveryRequired,
    DeliveryTooHeavy,
    DeliveryUnavailable,
    PickupPointRequired,
    PickupPointUnavailable,
)
from apps.delivery.models import SavedAddress
from apps.idempotency.decorators import KEY_PARAMETER, database_only, idempotent
from apps.jobs.models import Job, JobStatus
from apps.orders import services
from apps.orders.api.filters import OrderFilter
from apps.orders.api.invoice_rendering import PDF
from apps.orders.api.links import ORDER_LINKS
from apps.orders.api.permissions import Access, access_of, transitions_of
from apps.orders.api.serializers import (
    BasketOutput,
    ChangeStatusInput,
    JobOutput,
    OrderOutput,
    OrderRowOutput,
    PlaceOrderInput,
    QuoteOutput,
    StaffOrderOutput,
    StaffOrderRowOutput,
)
from apps.orders.caching import customer_scope, orders_cache, staff_scope
from apps.orders.checkout import Checkout, quote_order
from apps.orders.exceptions import (
    InvalidStatusTransition,
    InvoiceFailed,
    PaymentMethodRequired,
    PaymentMethodUnavailable,
    PriceChanged,
    QuantityStep,
    QuantityTooLarge,
    TotalTooLarge,
    TransitionForbidden,
    UnavailableItems,
)
from apps.orders.jobs import INVOICE, subject_of
from apps.orders.models import Invoice, Order, OrderQuerySet
from apps.orders.reordering import basket_of
from apps.orders.statuses import OrderStatus
from apps.promotions.coupon_throttling import count_wrong_codes, counting_wrong_codes
from apps.promotions.exceptions import CouponInvalid
from apps.users.current_user import current_user
from apps.users.exceptions import EmailUnverified
from apps.users.models import User

INVOICE_RETRY_SECONDS = 2
REFUSALS_OF_A_CHECKOUT = (
    EmailUnverified,
    QuantityTooLarge,
    QuantityStep,
    UnavailableItems,
    InsufficientStock,
    DeliveryRequired,
    DeliveryUnavailable,
    DeliveryTooHeavy,
    AddressRequired,
    PickupPointRequired,
    PickupPointUnavailable,
    CouponInvalid,
    PaymentMethodRequired,
    PaymentMethodUnavailable,
    TotalTooLarge,
    PriceChanged,
)


def own_scope(request: Request) -> str:
    """Return the scope of the caller's own orders."""
    return customer_scope(current_user(request).pk)


def access_scope(request: Request) -> str:
    """Return the scope of what the caller may see: their own orders, or all."""
    access = access_of(request.user)
    return (
        customer_scope(current_user(request).pk)
        if access is Access.CUSTOMER
        else staff_scope(may_change=access is Access.MANAGER)
    )


def _limited(user: User, checkout: Checkout) -> AbstractContextManager[None]:
    return counting_wrong_codes(user.pk) if checkout.coupon else nullcontext()


@extend_schema_view(
    list=extend_schema(
        operation_id="listOwnOrders",
        summary="List your orders",
        responses=StaffOrderRowOutput(many=True),
    ),
    retrieve=extend_schema(operation_id="getOrder", summary="Get an order", responses=StaffOrderOutput),
)
class OrderViewSet(StoreViewSet):
    """Orders: customers see and place their own, staff see all."""

    model = Order
    permission_classes: tuple[type[BasePermission], ...] = (IsAuthenticated,)
    filterset_class = OrderFilter
    pagination_class = LongListPagination
    lists_are_personal = True

    def get_queryset(self) -> OrderQuerySet:
        """Return the orders that the caller may see."""
        user = current_user(self.request)
        return Order.objects.of(user) if access_of(user) is Access.CUSTOMER else Order.objects.all()

    @cached_response(orders_cache, scope=own_scope)
    def list(self, request: Request) -> Response:
        """List the caller's own orders, newest first."""
        own = Order.objects.of(current_user(request)).with_items_count()
        return self.get_paginated_response(self.rows(self.paginate_queryset(self.filter_queryset(own))))

    @cached_response(orders_cache, scope=access_scope)
    def retrieve(self, request: Request, pk: int) -> Response:
        """Get an order. Customers get 404 for other people's orders."""
        order = get_object_or_404(self.get_queryset().with_items(), pk=pk)
        return Response(self.shown(order))

    @extend_schema(
        operation_id="placeOrder",
        summary="Place an order",
        request=PlaceOrderInput,
        responses={201: StaffOrderOutput},
        parameters=[KEY_PARAMETER],
    )
    @raises(*REFUSALS_OF_A_CHECKOUT)
    @sends("ETag", "Location", on=(201,))
    @leads_to(ORDER_LINKS, on=201)
    @idempotent(required_by="ORDERS_NEED_IDEMPOTENCY_KEY", subject_of=lambda order: subject_of(order["id"]))
    @database_only
    def create(self, request: Request) -> Response:
        """Place an order at today's prices.

        `insufficient_stock` lists every product that is short of stock, `product_unavailable` every line
        whose product is not on sale; in both cases nothing is stored. E-mails and the invoice use the
        language of this request.
        """
        checkout, user = self._checkout(), current_user(request)
        access_of(user)  # now: after the commit a failed query for permissions would deny an order
        with _limited(user, checkout):
            order = services.place_order(user=user, checkout=checkout, language=get_language())
        headers = {"Location": reverse("order-detail", args=[order.pk], request=request)}
        return written(self.shown(order), status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(
        operation_id="quoteOrder",
        summary="Quote an order",
        request=PlaceOrderInput,
        responses=QuoteOutput,
    )
    @no_store
    def quote(self, request: Request) -> Response:
        """Return lines, prices, the total and every problem the order would meet. Nothing is stored."""
        checkout, user = self._checkout(), current_user(request)
        with _limited(user, checkout):
            quote = quote_order(user=user, checkout=checkout)
        count_wrong_codes(user.pk, quote.problems)
        return Response(QuoteOutput(quote).data)

    @extend_schema(
        operation_id="changeOrderStatus",
        summary="Change the status of an order",
        request=ChangeStatusInput,
        responses=StaffOrderOutput,
    )
    @raises(InvalidStatusTransition, PreconditionFailed, StockOutOfRange, TransitionForbidden)
    @sends("ETag")
    @leads_to(ORDER_LINKS)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change the status. Customers may cancel their own `pending` orders; staff may make any change."""
        order = get_object_or_404(self.get_queryset(), pk=pk)
        wanted = ChangeStatusInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        moved = services.change_status(
            order_id=order.pk,
            new_status=OrderStatus(wanted.validated_data["status"]),
            comment=wanted.validated_data.get("comment", ""),
            changed_by=current_user(request),
            transitions=transitions_of(request.user, order),
            precondition=if_match(request, self.shown),
        )
        return written(self.shown(moved))

    @extend_schema(
        operation_id="getInvoice",
        summary="Get the invoice of an order",
        responses={
            (200, "application/pdf"): PDF,
            202: OpenApiResponse(description="The invoice is being generated"),
        },
    )
    @raises(InvoiceFailed, PreconditionFailed)
    @sends("Cache-Control", "Content-Disposition", "ETag", on=(200, 304))
    @sends("Cache-Control", "Retry-After", on=(202,))
    def invoice(self, request: Request, pk: int) -> HttpResponseBase:
        """Get the PDF: 202 while it is being generated, 409 `invoice_failed` if that failed.

        The invoice of a cancelled order says that there is nothing to pay; requesting it generates it.
        """
        order = get_object_or_404(self.get_queryset(), pk=pk)
        if pdf := Invoice.objects.filter(order=order).values_list("pdf", flat=True).first():
            response = conditional_response(
                request, CachedResponse.of(bytes(pdf)), content_type="application/pdf"
            )
            response["Content-Language"] = order.language
            response["Content-Disposition"] = f'inline; filename="invoice-{order.pk}.pdf"'
            return response
        if Job.objects.about(subject_of(order.pk)).filter(kind=INVOICE, status=JobStatus.FAILED).exists():
            raise InvoiceFailed
        if order.status == OrderStatus.CANCELLED:
            services.draw_invoice_if_left_out(order_id=order.pk)
        headers = {"Retry-After": str(INVOICE_RETRY_SECONDS), **NO_STORE}
        return Response(status=status.HTTP_202_ACCEPTED, headers=headers)

    @extend_schema(
        operation_id="listOrderJobs",
        summary="List the jobs of an order",
        responses=JobOutput(many=True),
        filters=False,
    )
    @no_store
    def jobs(self, request: Request, pk: int) -> Response:
        """List the jobs (invoice, e-mails, shipment) and their status. Never cached."""
        order = get_object_or_404(self.get_queryset(), pk=pk)
        jobs = JobOutput(Job.objects.about(subject_of(order.pk)), many=True)
        return Response(jobs.data)

    @extend_schema(
        operation_id="getOrderBasket",
        summary="Get the basket of an order",
        responses=BasketOutput,
        filters=False,
    )
    @no_store
    def basket(self, request: Request, pk: int) -> Response:
        """Get the products and quantities of an order, to order the same again. Never cached."""
        order = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(BasketOutput(basket_of(order)).data)

    def _checkout(self) -> Checkout:
        own_addresses = SavedAddress.objects.filter(user=current_user(self.request))
        wanted = PlaceOrderInput(data=self.request.data, context={"own_addresses": own_addresses})
        wanted.is_valid(raise_exception=True)
        return wanted.checkout()

    def shown(self, order: Order) -> dict[str, Any]:
        """Return the order as the caller may see it."""
        serializer = OrderOutput if access_of(self.request.user) is Access.CUSTOMER else StaffOrderOutput
        return serializer(order, context={"request": self.request}).data

    def rows(self, orders: Any) -> Any:
        """Return the orders of a list as the caller may see them."""
        is_customer = access_of(self.request.user) is Access.CUSTOMER
        serializer = OrderRowOutput if is_customer else StaffOrderRowOutput
        return serializer(orders, many=True, context={"request": self.request}).data
