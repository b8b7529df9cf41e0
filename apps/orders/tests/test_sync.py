"""An app that syncs as docs/clients.md tells it misses no order, however late its transaction ends."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.core.tests.answers import on_the_wire
from apps.core.tests.threads import at_once
from apps.orders.api.filters import SYNC_OVERLAP_MINUTES
from apps.orders.models import Order
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.orders.tests.factories import make_order
from apps.users.models import User
from conftest import signed_in
from tests.support.processes import wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

OWN, ALL = "/api/v1/orders/", "/api/v1/admin/orders/"
HANDS = 4  # half of them place orders, half move them
ROUNDS = 2


class App:
    """A phone, and the status of every order that it knows of."""

    def __init__(self, address: str, user: User, *, overlap: timedelta) -> None:
        self.client, self.address, self.overlap = signed_in(user), address, overlap
        self.known: dict[int, str] = {}
        self.since = ""
        self.synced_at: datetime | None = None  # when the last whole round began

    def sync(self) -> None:
        began_at = None
        link = f"{self.address}?updated_since={self.since}&ordering=updated_at&cursor=&page_size=2"
        while link:
            page = self.client.get(link).json()
            began_at = began_at or datetime.now(UTC).replace(microsecond=0)  # as a server writes its `Date`
            self.known |= {row["id"]: row["status"] for row in page["results"]}
            link = page["next"]
        assert began_at
        self.since, self.synced_at = on_the_wire(began_at - self.overlap), began_at

    def has_passed(self, moment: datetime) -> bool:
        return self.synced_at is not None and self.synced_at > moment


@pytest.mark.parametrize("address", [OWN, ALL])
def test_app_that_syncs_misses_no_change_that_was_committed_late(staff: User, address: str):
    app = App(address, staff, overlap=timedelta(minutes=SYNC_OVERLAP_MINUTES))

    change_while_it_syncs(app, staff)

    assert app.known == dict(Order.objects.values_list("pk", "status"))


def test_app_that_begins_where_it_ended_misses_all_of_them(staff: User):
    app = App(OWN, staff, overlap=timedelta(0))

    late = change_while_it_syncs(app, staff)

    assert [pk for pk, status in late.items() if app.known.get(pk) == status] == []
    assert len(late) == HANDS * ROUNDS


def change_while_it_syncs(app: App, by: User) -> dict[int, str]:
    """Let the app sync while orders are placed and moved; return the statuses that were committed late."""
    waiting = [[make_order(by).pk for _round in range(ROUNDS)] for _hand in range(HANDS // 2)]
    products = [make_product() for _hand in range(HANDS // 2)]
    late: dict[int, str] = {}
    ended: list[int] = []

    def work(hand: int) -> None:
        if hand == HANDS:
            while len(ended) < HANDS:
                app.sync()
            return
        try:
            for round_ in range(ROUNDS):
                order = changed_late(app, change_of(hand, round_))
                late[order.pk] = order.status
        finally:
            ended.append(hand)

    def change_of(hand: int, round_: int) -> Callable[[], Order]:
        if hand < len(waiting):
            return lambda: change_status(
                order_id=waiting[hand][round_], new_status=OrderStatus.PROCESSING, changed_by=by
            )
        product: Product = products[hand - len(waiting)]  # of its own: the others need not wait for its lock
        return lambda: make_order(by, {product: 1})

    app.sync()
    at_once(HANDS + 1, work)
    app.sync()
    return late


def changed_late(app: App, change: Callable[[], Order]) -> Order:
    """Make the change, and commit it when a whole round of the app began after it."""
    with transaction.atomic():
        order = change()
        wait_for(lambda: app.has_passed(order.updated_at))
    return order
