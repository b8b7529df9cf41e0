"""Services of orders. `change_status` is the only code that changes a status."""

from collections.abc import Callable, Mapping
from functools import partial

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.audit.models import Action
from apps.audit.services import changes_from_nothing, record, record_change, values_of
from apps.catalog.models import Product
from apps.catalog.stock import lock_for_sale, return_stock, sell
from apps.core.database.transactions import retried_atomic
from apps.jobs.models import Job
from apps.jobs.services import JobSpec, enqueue, repeat
from apps.orders.cancellation_credits import CREDITED_COLUMNS, credit_rest, pieces_left
from apps.orders.checkout import Basket, Checkout, assess, problems
from apps.orders.exceptions import InvalidStatusTransition, TransitionForbidden
from apps.orders.jobs import (
    CONFIRMATION_EMAIL,
    INVOICE,
    STATUS_EMAIL,
    job_of,
    jobs_of_placing,
    jobs_of_status,
)
from apps.orders.models import Actor, Invoice, Order, OrderItem, StatusChange
from apps.orders.placed_rows import new_order, write_parts
from apps.orders.statuses import TRANSITIONS, OrderStatus, Transitions, allowed_transitions, can_transition
from apps.promotions.services import release, settle_coupon, take_coupon
from apps.store.configuration_cache import version_expression
from apps.users.models import User

PLACED = ("status", "total_price", "delivery_method", "payment_method")  # of a new order in the audit trail


@retried_atomic
def place_order(*, user: User, checkout: Checkout, language: str) -> Order:
    """Turn the checkout into an order at today's prices, and take its items out of stock.

    Raises the first of the checkout's problems (`orders/checkout/problems.py`). Nothing is stored then.
    """
    coupon = None
    if checkout.coupon:  # the promotion is locked before the products
        coupon = take_coupon(
            checkout.coupon, user, has_ordered=partial(Order.objects.has_uncancelled_of, user)
        )
    basket = Basket(checkout.items, _lock)
    assessment = assess(checkout, customer=user, basket=basket, coupon=coupon)
    for problem in problems(assessment):
        raise problem
    order = new_order(assessment, language=language)
    order.save(force_insert=True)
    write_parts(order, assessment)
    sell(basket.products.values(), basket.quantities, order_id=order.pk, by=user)
    if coupon:
        settle_coupon(coupon, order_id=order.pk, user=user, is_applied=assessment.coupon_outcome.is_applied)
    order.fetched_status_changes = [order.status_changes.create(to_status=order.status, changed_by=user)]
    record(Action.CREATED, order, changes_from_nothing(values_of(order, PLACED)), by=user)
    enqueue(*jobs_of_placing(order))
    if order.total_price == 0 and assessment.moves_once_paid:  # nothing is left to be paid
        order.fetched_status_changes.append(_make_transition(order, OrderStatus.PROCESSING, by=None))
        enqueue(*jobs_of_status(order))
    return order


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
        precondition(_with_items(order))
    allowed = allowed_transitions(order.status, transitions)
    if not can_transition(order.status, new_status):
        raise InvalidStatusTransition(OrderStatus(order.status), new_status, allowed)
    if new_status not in allowed:
        raise TransitionForbidden

    _make_transition(order, new_status, by=changed_by, comment=comment)
    if comment and changed_by and changed_by.pk == order.user_id:
        User.objects.lock_active(changed_by.pk)  # may say who it is; the last lock, as everywhere
    enqueue(*jobs_of_status(order))
    return _with_items(order)


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


@retried_atomic
def write_staff_note(
    *,
    order_id: int,
    note: str,
    written_by: User,
    precondition: Callable[[Order], None] | None = None,
) -> Order:
    """Write what staff tell one another about the order, in place of what stands there.

    `precondition` is called with the locked order, and raises when it is another version than they mean.

    Raises Order.DoesNotExist.
    """
    order = Order.objects.locked().get(pk=order_id)
    if precondition:
        precondition(_with_items(order))
    before, order.staff_note = order.staff_note, note
    if note != before:
        order.save(update_fields=["staff_note", "updated_at"])
        # That there is one, not what it says: a note can name somebody, and the trail is for ever.
        record_change(order, {"staff_note": [before and "…", note and "…"]}, by=written_by)
    return _with_items(order)


@retried_atomic
def resend_email(*, order_id: int) -> Job:
    """Have the e-mail about the order's present status sent once more.

    Raises Order.DoesNotExist, and ValidationError when the customer has no address, or when the e-mail is
    still on its way.
    """
    order = Order.objects.locked().select_related("user").get(pk=order_id)
    if not order.customer_email:
        raise ValidationError(_("The customer has no e-mail address."), code="no_address")
    is_new = order.status == OrderStatus.PENDING
    wanted = job_of(CONFIRMATION_EMAIL, order) if is_new else job_of(STATUS_EMAIL, order, status=order.status)
    return _done_again(wanted)


@retried_atomic
def remake_invoice(*, order_id: int) -> Job:
    """Have the order's invoice drawn once more, in place of the one that is there.

    Raises Order.DoesNotExist, and ValidationError when it is being made already.
    """
    order = Order.objects.locked().get(pk=order_id)
    job = _done_again(job_of(INVOICE, order))
    Invoice.objects.filter(order=order).delete()
    return job


@retried_atomic
def draw_invoice_if_left_out(*, order_id: int) -> None:
    """Have the invoice drawn that was left out as the order was cancelled: somebody asks for it.

    Raises Order.DoesNotExist.
    """
    order = Order.objects.locked().get(pk=order_id)
    if order.status == OrderStatus.CANCELLED and not Invoice.objects.filter(order=order).exists():
        repeat(job_of(INVOICE, order))


def _done_again(wanted: JobSpec) -> Job:
    job = repeat(wanted)
    if job is None:
        raise ValidationError(_("This is already under way."), code="under_way")
    return job


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
    return status_change


def _undo(order: Order, items: list[OrderItem], *, by: User | None) -> None:
    if order.has_discounts:
        release(order.pk)
    return_stock(pieces_left(items), order_id=order.pk, by=by)
    # It says what is to be paid. One that tells of the cancellation is drawn for whoever asks.
    Invoice.objects.filter(order=order).delete()


def _with_items(order: Order) -> Order:
    # In the transaction: after the commit a failed query would call a change refused that has been made.
    shown = Order.objects.with_items().get(pk=order.pk)
    for part in ("fetched_addresses", "fetched_discounts"):  # are read when they are asked for
        getattr(shown, part)
    return shown


def _lock(quantities: Mapping[int, int]) -> dict[int, Product]:
    return lock_for_sale(quantities, also={"configuration_version": version_expression()})
