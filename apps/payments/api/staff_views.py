"""Views of the payments' API for staff: all payments and refunds, and money that people move by hand."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.cached_views import no_store
from apps.core.api.openapi.annotations import raises
from apps.core.api.pagination.page_numbers import LongListPagination
from apps.core.api.permissions import StaffChanges, StaffOnly
from apps.core.api.viewsets import StoreViewSet
from apps.idempotency.decorators import OBLIGATORY_KEY_PARAMETER, database_only, idempotent
from apps.orders.exceptions import PaymentMethodUnavailable, TotalTooLarge
from apps.payments import services
from apps.payments.api.filters import PaymentFilter, RefundFilter
from apps.payments.api.permissions import RefundsPayments
from apps.payments.api.serializers import (
    DecideRefundInput,
    RecordPaymentInput,
    RefundedOutput,
    RefundInput,
    StaffPaymentOutput,
    StaffRefundOutput,
)
from apps.payments.exceptions import RefundExceedsPaid, RefundNotPending
from apps.payments.models import Payment, Refund
from apps.users.current_user import current_user


class StaffPaymentViewSet(StoreViewSet):
    """All payments."""

    model = Payment
    permission_classes = (StaffOnly,)
    filterset_class = PaymentFilter
    pagination_class = LongListPagination

    @extend_schema(
        operation_id="listPayments", summary="List all payments", responses=StaffPaymentOutput(many=True)
    )
    @no_store
    def list(self, request: Request) -> Response:
        """List the payments of all orders, newest first. Never cached."""
        payments = Payment.objects.with_refunds().select_related("created_by")
        page = self.paginate_queryset(self.filter_queryset(payments))
        return self.get_paginated_response(StaffPaymentOutput(page, many=True).data)

    @extend_schema(
        operation_id="recordPayment",
        summary="Record money that was received",
        request=RecordPaymentInput,
        responses={201: StaffPaymentOutput},
        parameters=[OBLIGATORY_KEY_PARAMETER],
    )
    @raises(PaymentMethodUnavailable, TotalTooLarge)
    @idempotent(required=True)
    @database_only
    def record(self, request: Request, order_pk: int) -> Response:
        """Record a transfer or cash that was received for the order, whatever its status.

        Only for methods that are paid by hand. An open payment of that kind is completed by it.
        """
        wanted = RecordPaymentInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        payment = services.record_payment(
            order_id=order_pk, by=current_user(request), **wanted.validated_data
        )
        return Response(StaffPaymentOutput(payment).data, status=status.HTTP_201_CREATED)


class StaffRefundViewSet(StoreViewSet):
    """All refunds."""

    model = Refund
    permission_classes = (RefundsPayments,)
    filterset_class = RefundFilter
    pagination_class = LongListPagination

    @extend_schema(
        operation_id="listRefunds", summary="List all refunds", responses=StaffRefundOutput(many=True)
    )
    @no_store
    def list(self, request: Request) -> Response:
        """List the refunds of all orders, newest first. Never cached."""
        refunds = Refund.objects.select_related("payment", "created_by")
        page = self.paginate_queryset(self.filter_queryset(refunds))
        return self.get_paginated_response(StaffRefundOutput(page, many=True).data)

    @extend_schema(
        operation_id="refundOrder",
        summary="Refund an order",
        request=RefundInput,
        responses={202: RefundedOutput},
        parameters=[OBLIGATORY_KEY_PARAMETER],
    )
    @raises(RefundExceedsPaid)
    @idempotent(required=True, on=(202,))
    @database_only
    def refund(self, request: Request, order_pk: int) -> Response:
        """Give money of the order back, from its payments, the newest first.

        First it pays what the store owes; only the rest lowers what is due. Providers are asked to make the
        refunds afterwards; those of manual payments stay `pending` until somebody confirms them.
        """
        wanted = RefundInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        refunds = services.refund_order(order_id=order_pk, by=current_user(request), **wanted.validated_data)
        refunded = {
            "amount": wanted.validated_data["amount"],
            "currency": refunds[0].payment.currency,
            "refunds": refunds,
        }
        return Response(RefundedOutput(refunded).data, status=status.HTTP_202_ACCEPTED)


class RefundDecisionViewSet(StoreViewSet):
    """What became of refunds that people make by hand."""

    model = Refund
    permission_classes = (StaffChanges,)

    @extend_schema(
        operation_id="confirmRefund",
        summary="Confirm a refund",
        request=DecideRefundInput,
        responses=StaffRefundOutput,
        parameters=[OBLIGATORY_KEY_PARAMETER],
    )
    @raises(RefundNotPending)
    @idempotent(required=True, on=(200,))
    @database_only
    def confirm(self, request: Request, refund_id: Any) -> Response:
        """Confirm that the money of a pending refund was given back by hand."""
        return self._decided(services.confirm_refund, refund_id)

    @extend_schema(
        operation_id="failRefund",
        summary="Mark a refund as failed",
        request=DecideRefundInput,
        responses=StaffRefundOutput,
        parameters=[OBLIGATORY_KEY_PARAMETER],
    )
    @raises(RefundNotPending)
    @idempotent(required=True, on=(200,))
    @database_only
    def fail(self, request: Request, refund_id: Any) -> Response:
        """Note that the money of a pending refund could not be given back by hand.

        Its payment is not refunded any more until staff say otherwise.
        """
        return self._decided(services.fail_refund, refund_id)

    def _decided(self, decide: Any, refund_id: Any) -> Response:
        wanted = DecideRefundInput(data=self.request.data)
        wanted.is_valid(raise_exception=True)
        refund = decide(uid=refund_id, by=current_user(self.request), **wanted.validated_data)
        return Response(StaffRefundOutput(refund).data)
