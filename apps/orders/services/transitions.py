"""Status changes of orders. `change_status` and `move_by_store` are the only code that changes a status."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.audit.services import record_change
from apps.catalog.stock import return_stock
from apps.core.database.transactions import retried_atomic
from apps.jobs.services import enqueue
from apps.orders.cancellation_credits import CREDITED_COLUMNS, credit_rest, pieces_left
from apps.orders.exceptions import InvalidStatusTransition, TransitionForbidden
from apps.orders.jobs import jobs_of_status
from apps.orders.models import Actor, DiscountKind, Invoice, Order, OrderItem, StatusChange
from apps.orders.statuses import TRANSITIONS, OrderStatus, Transitions, allowed_transitions, can_transition
from apps.orders.transition_registry import run_registered
from apps.promotions.services import release
from apps.users.models import User


@retried_atomic
def change_status(
    *,
    order_id: int,
    new_status: OrderStatus,
    changed_by: User | None,
    transitions: Transitions = TRANSITIONS,
    precondition: Callable[[Order], None] | None = None,
    comment: str = "",
) -> Order:
    """Move the order along the table of statuses and record who did it; a cancelled one gives its stock back.

    `changed_by` is None for what the store does by itself. `transitions` are those that this person may
    make. `precondition` is called with the locked order, and raises when it is another version than they
    mean.

    Raises Order.DoesNotExist; InvalidStatusTransition when the table of statuses has no such transition;
    TransitionForbidden when it has, but not for this person; and SessionRevoked when a customer leaves a
    comment whose account was closed meanwhile.
    """
    order = Order.objects.locked().get(pk=order_id)
    if precondition:
        precondition(with_items(order))
    allowed = allowed_transitions(order.status, transitions)
    if not can_transition(order.status, new_status):
        raise InvalidStatusTransition(OrderStatus(order.status), new_status, allowed)
    if new_status not in allowed:
        raise TransitionForbidden

    _make_transition(order, new_status, by=changed_by, comment=comment)
    if comment and changed_by and changed_by.pk == order.user_id:
        User.objects.lock_active(changed_by.pk)  # may say who it is; the last lock, as everywhere
    return with_items(order)


@retried_atomic
def process_and_ship(*, order_id: int, changed_by: User) -> Order:
    """Ship the order, which is put together first if it is pending: each transition is recorded and told.

    Raises Order.DoesNotExist, and ValidationError when it is shipped already, or cancelled.
    """
    order = Order.objects.locked().get(pk=order_id)
    if order.status == OrderStatus.PENDING:
        change_status(order_id=order_id, new_status=OrderStatus.PROCESSING, changed_by=changed_by)
    elif order.status != OrderStatus.PROCESSING:
        raise ValidationError(_("It is already “%(status)s”."), params={"status": order.get_status_display()})
    return change_status(order_id=order_id, new_status=OrderStatus.SHIPPED, changed_by=changed_by)


def move_by_store(order: Order, new_status: OrderStatus) -> StatusChange:
    """Move the locked order as the store itself does, which nobody has to be shown.

    Raises InvalidStatusTransition when the table of statuses has no such transition.
    """
    if not can_transition(order.status, new_status):
        raise InvalidStatusTransition(OrderStatus(order.status), new_status, ())
    return _make_transition(order, new_status, by=None)


def with_items(order: Order) -> Order:
    """Return the order as it is shown, with its items, history, addresses and discounts."""
    # In the transaction: after the commit a failed query would call a change refused that has been made.
    shown = Order.objects.with_items().get(pk=order.pk)
    shown.fetched_discounts = order.fetched_discounts  # which never change
    getattr(shown, "fetched_addresses")  # noqa: B009  # it is read when it is asked for
    return shown


def _make_transition(
    order: Order, new_status: OrderStatus, *, by: User | None, comment: str = ""
) -> StatusChange:
    """Move the locked order, and write its history and trail; a cancelled one is undone."""
    old_status, order.status = order.status, new_status
    columns = ["status", "updated_at"]
    cancellation, items = None, list[OrderItem]()
    if new_status == OrderStatus.CANCELLED:
        items = list(order.items.all())
        cancellation = credit_rest(order, items, by=by)
        columns += CREDITED_COLUMNS
    order.save(update_fields=columns)
    status_change = order.status_changes.create(
        from_status=old_status,
        to_status=new_status,
        changed_by=by,
        actor=Actor.USER if by else Actor.SYSTEM,
        comment=comment,
    )
    record_change(order, {"status": [old_status, new_status]}, by=by)
    if cancellation:
        cancellation.save(force_insert=True)
        _undo(order, items, by=by)
    enqueue(*jobs_of_status(order))
    run_registered(order, old_status)
    return status_change


def _undo(order: Order, items: list[OrderItem], *, by: User | None) -> None:
    if any(each.kind == DiscountKind.COUPON for each in order.fetched_discounts):
        release(order.pk)
    return_stock(pieces_left(items), order_id=order.pk, by=by)
    # It says what is to be paid. One that tells of the cancellation is drawn for whoever asks.
    Invoice.objects.filter(order=order).delete()
