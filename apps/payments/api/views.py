"""Views of the payments' API for customers: how to pay, and what became of it."""

from http import HTTPStatus
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from apps.core.api.cached_views import no_store
from apps.core.api.filters import refuse_unreadable
from apps.core.api.openapi.annotations import leads_to, raises, sends
from apps.core.api.viewsets import StoreViewSet
from apps.core.exceptions import Forbidden, SignInRequired
from apps.core.rate_limits import consume
from apps.idempotency.decorators import KEY_PARAMETER, REPLAYED, fingerprint_of, key_of
from apps.idempotency.exceptions import KeyInvalid, KeyReused
from apps.orders.configuration import methods_for
from apps.orders.exceptions import PaymentMethodUnavailable
from apps.orders.models import Order, PaymentMethod
from apps.payments import services
from apps.payments.api.filters import PaymentMethodFilter
from apps.payments.api.links import PAYMENT_LINKS
from apps.payments.api.permissions import ADD_PAYMENT, is_shown_all, order_for
from apps.payments.api.serializers import (
    PaymentMethodOutput,
    PaymentOutput,
    StaffPaymentOutput,
    StartPaymentInput,
)
from apps.payments.exceptions import (
    NothingDue,
    OrderNotPayable,
    PaymentNotOpen,
    PaymentRefused,
    ProviderAway,
    ReturnUrlNotAllowed,
)
from apps.payments.models import Payment
from apps.payments.statuses import PaymentState
from apps.users.current_user import current_user

RETRY_SECONDS = 2  # until the provider may have answered
RATE_LIMIT = "payment"  # of beginning payments


class PaymentMethodViewSet(StoreViewSet):
    """Payment methods that customers can choose."""

    model = PaymentMethod
    permission_classes = (AllowAny,)
    filterset_class = PaymentMethodFilter

    @extend_schema(
        operation_id="listPaymentMethods",
        summary="List payment methods",
        responses=PaymentMethodOutput(many=True),
    )
    @raises(Forbidden, SignInRequired)
    @no_store
    def list(self, request: Request) -> Response:
        """List the payment methods; with `order`, those by which what is due of it can be paid."""
        methods = [each.row for each in methods_for(self._order())]
        rows = PaymentMethodOutput(self.paginate_queryset(methods), many=True)
        return self.get_paginated_response(rows.data)

    def _order(self) -> Order | None:
        filterset = PaymentMethodFilter(self.request.query_params, queryset=self.get_queryset())
        refuse_unreadable(filterset)
        order_id = filterset.form.cleaned_data["order"]
        if order_id is None:
            return None
        if not self.request.user.is_authenticated:
            raise SignInRequired
        return order_for(self.request.user, order_id)


class OrderPaymentViewSet(StoreViewSet):
    """Payments of one order, for its customer and staff."""

    model = Order
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="listOrderPayments",
        summary="List the payments of an order",
        responses=StaffPaymentOutput(many=True),
        filters=False,
    )
    @raises(Forbidden)
    @no_store
    def payments(self, request: Request, pk: int) -> Response:
        """List the payments of an order, newest first. Never cached."""
        payments = Payment.objects.of(order_for(request.user, pk)).with_refunds()
        return Response(_serializer_for(request)(payments, many=True).data)

    @extend_schema(
        operation_id="getOrderPayment",
        summary="Get a payment of an order",
        responses=StaffPaymentOutput,
    )
    @raises(Forbidden)
    @no_store
    def retrieve(self, request: Request, pk: int, payment_id: Any) -> Response:
        """Get a payment of an order. Never cached."""
        return Response(_shown(request, _payment(request, pk, payment_id)))

    @extend_schema(
        operation_id="startPayment",
        summary="Pay for an order",
        request=StartPaymentInput,
        responses=dict.fromkeys((200, 201, 202), StaffPaymentOutput),
        parameters=[KEY_PARAMETER],
    )
    @raises(
        Forbidden,
        KeyInvalid,
        KeyReused,
        NothingDue,
        OrderNotPayable,
        PaymentMethodUnavailable,
        PaymentRefused,
        ProviderAway,
        ReturnUrlNotAllowed,
    )
    @sends(REPLAYED)
    @sends("Location", on=(201,))
    @sends("Retry-After", REPLAYED, on=(202,))
    @leads_to(PAYMENT_LINKS)
    @leads_to(PAYMENT_LINKS, on=201)
    @leads_to(PAYMENT_LINKS, on=202)
    def start(self, request: Request, pk: int) -> Response:
        """Begin a payment of all that is left to be paid, and do what its `next_action` says.

        201 once the provider has answered; 200 for the payment that is open already, by the same method and
        of the same amount; 202 while the provider has not answered: poll the payment. A request repeated with
        its `Idempotency-Key` gets the payment as it is now. A new payment supersedes the one before it.
        """
        user = current_user(request)
        order = order_for(user, pk, permission=ADD_PAYMENT)
        wanted = StartPaymentInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        key = key_of(request)
        consume(RATE_LIMIT, user.pk)
        started = services.start_payment(
            order_id=order.pk,
            method=wanted.validated_data["method"],
            return_url=wanted.validated_data.get("return_url") or "",
            by=user,
            client_key=services.ClientKey(key, fingerprint_of(request)) if key else services.ClientKey(),
        )
        return _answer(request, started)


class OrderPaymentActionViewSet(StoreViewSet):
    """What can be done with a payment that has begun."""

    model = Order
    permission_classes = (IsAuthenticated,)
    body_methods = frozenset()

    @extend_schema(
        operation_id="refreshPayment",
        summary="Ask the provider about a payment",
        request=None,
        responses=StaffPaymentOutput,
    )
    @raises(Forbidden)
    @no_store
    def refresh(self, request: Request, pk: int, payment_id: Any) -> Response:
        """Ask the provider now, at most once in 3 seconds, and get the payment.

        Without an answer it is returned as it is known; `checked_at` tells when the provider last answered.
        """
        payment = services.refresh_payment(_payment(request, pk, payment_id))
        return Response(_shown(request, payment))

    @extend_schema(
        operation_id="cancelPayment",
        summary="Give up a payment",
        request=None,
        responses=StaffPaymentOutput,
    )
    @raises(Forbidden, PaymentNotOpen)
    @no_store
    def cancel(self, request: Request, pk: int, payment_id: Any) -> Response:
        """Give up a payment that is open. It is cancelled where its provider can do that, and watched."""
        payment = _payment(request, pk, payment_id)
        refunds = payment.fetched_refunds  # now: after the commit a failed query would deny what was done
        cancelled = services.cancel_payment(payment)
        cancelled.fetched_refunds = refunds
        return Response(_shown(request, cancelled))


def _payment(request: Request, order_id: int, payment_id: Any) -> Payment:
    payments = Payment.objects.of(order_for(request.user, order_id))
    return get_object_or_404(payments, uid=payment_id)


def _shown(request: Request, payment: Payment) -> dict[str, Any]:
    """Return the payment as the caller may see it."""
    return _serializer_for(request)(payment).data


def _serializer_for(request: Request) -> type[PaymentOutput]:
    return StaffPaymentOutput if is_shown_all(request.user) else PaymentOutput


def _answer(request: Request, started: services.Started) -> Response:
    payment = started.payment
    response = Response(_shown(request, payment))
    if started.is_replay:
        response[REPLAYED] = "true"
    if payment.status == PaymentState.CREATED:
        response.status_code = HTTPStatus.ACCEPTED
        response["Retry-After"] = str(RETRY_SECONDS)
    elif started.is_new:
        response.status_code = HTTPStatus.CREATED
        address = reverse("order-payment-detail", args=[payment.order_id, payment.uid], request=request)
        response["Location"] = address
    return response
