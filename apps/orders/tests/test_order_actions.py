"""Staff move many orders at once in the admin: each by the service, each with its own result."""

import re
from collections.abc import Callable
from html import escape
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.jobs.models import Job
from apps.orders.models import Order, StatusChange
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.orders.tests.action_forms import choice, report_of
from apps.orders.tests.factories import make_order, make_order_in, moved
from apps.users.models import User

LIST = "/admin/orders/order/"
REFUSED = "The order cannot be moved to this status."


@pytest.mark.parametrize(
    ("action", "move"),
    [
        ("mark_processing", ("pending", "processing")),
        ("mark_shipped", ("processing", "shipped")),
        ("mark_delivered", ("shipped", "delivered")),
    ],
)
def test_action_moves_the_chosen_orders_by_the_service(
    office: Client, customer: User, staff: User, action: str, move: tuple[str, str]
):
    from_status, to_status = move
    chosen = [make_order_in(from_status, customer, moved_by=staff) for _ in range(2)]
    left = make_order_in(from_status, customer, moved_by=staff)

    response = office.post(LIST, choice(action, *chosen))

    assert report_of(response) == [(order, True, f"{from_status} → {to_status}") for order in chosen]
    for order in chosen:
        last = order.status_changes.last()
        assert (last.from_status, last.to_status, last.changed_by) == (from_status, to_status, staff)
        assert Order.objects.get(pk=order.pk).status == to_status
        assert Job.objects.filter(key=f"status_email:{order.pk}:{to_status}").count() == 1
    assert Order.objects.get(pk=left.pk).status == from_status


def test_shipping_in_the_admin_announces_to_the_carrier(
    office: Client, customer: User, staff: User, settings: Any
):
    settings.SHIPPING_API_URL = "http://127.0.0.1:9/parcels"
    order = make_order_in("processing", customer, moved_by=staff)

    office.post(LIST, choice("mark_shipped", order))

    assert Job.objects.filter(key=f"shipment:{order.pk}", status="pending").count() == 1


def test_refused_orders_are_named_and_the_others_are_moved(office: Client, orders: dict[str, Order]):
    tea, lamp, cups = orders["tea"], orders["lamp"], orders["cups"]

    response = office.post(LIST, choice("mark_shipped", tea, lamp, cups))

    assert report_of(response) == [
        (tea, False, "It must be processed first: it is “pending”."),
        (lamp, True, "processing → shipped"),
        (cups, False, "It is already “cancelled”."),
    ]
    assert "Done: 1 order. Refused: 2." in text_of(response)
    statuses = dict(Order.objects.values_list("pk", "status"))
    assert statuses == {tea.pk: "pending", lamp.pk: "shipped", cups.pk: "cancelled"}


@pytest.mark.parametrize("status", ["pending", "processing"])
def test_order_that_is_not_shipped_cannot_be_delivered(
    office: Client, customer: User, staff: User, status: str
):
    order = make_order_in(status, customer, moved_by=staff)

    response = office.post(LIST, choice("mark_delivered", order))

    assert report_of(response) == [(order, False, f"It must be shipped first: it is “{status}”.")]


def test_orders_are_process_and_shipped_at_once(
    office: Client, orders: dict[str, Order], customer: User, staff: User
):
    tea, lamp, cups = orders["tea"], orders["lamp"], orders["cups"]
    gone = make_order_in("shipped", customer, moved_by=staff)
    left = make_order(customer)

    response = office.post(LIST, choice("process_and_ship", tea, lamp, cups, gone))

    assert report_of(response) == [
        (tea, True, "shipped"),
        (lamp, True, "shipped"),
        (cups, False, "It is already “cancelled”."),
        (gone, False, "It is already “shipped”."),
    ]
    changes = tea.status_changes.order_by("pk").values_list("from_status", "to_status", "changed_by")
    assert list(changes)[1:] == [("pending", "processing", staff.pk), ("processing", "shipped", staff.pk)]
    emails = Job.objects.filter(subject=f"order:{tea.pk}", kind="status_email").order_by("pk")
    assert [job.arguments["status"] for job in emails] == ["processing", "shipped"]
    assert Order.objects.get(pk=left.pk).status == "pending"


@pytest.mark.parametrize("action", ["process_and_ship", "cancel"])
def test_staff_come_back_to_the_list_as_it_was_filtered(
    office: Client, orders: dict[str, Order], action: str
):
    filtered = f"{LIST}?q=tea&status__exact=pending"

    page = office.post(filtered, choice(action, orders["tea"]))

    assert f'<a href="{escape(filtered)}"' in page.text
    assert ('<form method="post" action="' + escape(filtered) in page.text) == (action == "cancel")


def test_order_that_left_the_filtered_list_is_told_about(
    office: Client, orders: dict[str, Order], staff: User
):
    tea = moved(orders["tea"], "processing", by=staff)

    response = office.post(f"{LIST}?status__exact=pending", choice("mark_processing", tea))

    assert report_of(response) == [(tea, False, "It is already “processing”.")]


def test_move_to_the_next_status_shows_each_move_before_it_is_made(office: Client, orders: dict[str, Order]):
    before = everything()

    response = office.post(LIST, choice("move_on", *orders.values()))

    assert "3 rows selected; 2 will change" in text_of(response)
    shown = [(row, change.before, change.after) for row, _address, change in response.context["rows"]]
    assert shown == [
        (orders["tea"], "pending", "processing"),
        (orders["lamp"], "processing", "shipped"),
        (orders["cups"], "cancelled", None),
    ]
    assert everything() == before


def test_what_changes_is_shown_before_what_stays(
    office: Client, orders: dict[str, Order], customer: User, staff: User
):
    sent, new = make_order_in("shipped", customer, moved_by=staff), make_order(customer)

    response = office.post(LIST, choice("cancel", *orders.values(), sent, new))

    assert "5 rows selected; 3 will change" in text_of(response)
    assert [row for row, _address, _change in response.context["rows"]] == [
        *(orders["tea"], orders["lamp"], new),
        *(orders["cups"], sent),
    ]


def test_each_order_moves_to_the_status_that_was_shown(office: Client, orders: dict[str, Order], staff: User):
    tea, lamp, cups = orders["tea"], orders["lamp"], orders["cups"]
    page = office.post(LIST, choice("move_on", tea, lamp, cups))
    moved(tea, "processing", by=staff)

    response = office.post(LIST, confirmed(page, "move_on"))

    assert report_of(response) == [
        (tea, False, f"{staff.username} changed “status” after you opened the page. It is now “processing”."),
        (lamp, True, "processing → shipped"),
        (cups, False, REFUSED),
    ]
    assert Order.objects.get(pk=tea.pk).status == "processing"
    assert Order.objects.get(pk=lamp.pk).status == "shipped"


@pytest.mark.parametrize("status", ["pending", "processing"])
def test_orders_are_cancelled_for_a_reason_and_give_their_stock_back(
    office: Client, customer: User, staff: User, status: str
):
    mug = make_product(stock=10)
    chosen = [make_order_in(status, customer, {mug: 1}, moved_by=staff) for _ in range(2)]
    make_order(customer, {mug: 1})
    page = office.post(LIST, choice("cancel", *chosen))
    assert Product.objects.get(pk=mug.pk).stock == 7

    response = office.post(LIST, {**confirmed(page, "cancel"), "reason": "Out of <b>clay</b>"})

    assert report_of(response) == [(order, True, f"{status} → cancelled") for order in chosen]
    assert [order.status_changes.last().comment for order in chosen] == ["Out of <b>clay</b>"] * 2
    assert Product.objects.get(pk=mug.pk).stock == 9


def test_nothing_is_cancelled_without_a_reason(office: Client, orders: dict[str, Order]):
    page = office.post(LIST, choice("cancel", orders["tea"]))
    before = everything()

    response = office.post(LIST, {**confirmed(page, "cancel"), "reason": "  "})

    assert '<ul class="errorlist" id="id_reason_error"><li>This field is required.</li></ul>' in response.text
    assert everything() == before


def test_of_two_who_act_on_one_order_the_second_is_told(
    office: Client, orders: dict[str, Order], staff: User
):
    tea = orders["tea"]
    page = office.post(LIST, choice("cancel", tea))
    change_status(order_id=tea.pk, new_status=OrderStatus.PROCESSING, changed_by=staff)

    response = office.post(LIST, {**confirmed(page, "cancel"), "reason": "Too late"})

    text = f"{staff.username} changed “status” after you opened the page. It is now “processing”."
    assert report_of(response) == [(tea, False, text)]
    assert Order.objects.get(pk=tea.pk).status == "processing"


def test_no_more_than_a_thousand_are_moved_at_once(
    office: Client, orders: dict[str, Order], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("apps.core.admin.bulk_actions.MAX_CHOSEN", 2)
    before = everything()

    response = office.post(LIST, choice("mark_processing", *orders.values()), follow=True)

    assert [str(message) for message in response.context["messages"]] == ["Select at most 2 rows at a time."]
    assert everything() == before


def test_all_orders_of_the_filter_can_be_chosen(office: Client, orders: dict[str, Order]):
    form = {**choice("mark_processing", orders["tea"]), "select_across": "1"}

    response = office.post(f"{LIST}?status__exact=pending", form)

    assert [outcome.row for outcome in response.context["outcomes"]] == [f"Order #{orders['tea'].pk}"]


def test_report_speaks_russian_unless_asked_otherwise(client: Client, staff: User, customer: User):
    client.force_login(staff)
    order = make_order(customer)

    response = client.post(LIST, choice("mark_processing", order))

    assert report_of(response) == [(order, True, "ожидает → в обработке")]
    assert "Готово: 1 заказ." in text_of(response)
    assert "Отклонено" not in text_of(response)


@pytest.mark.parametrize(
    ("permissions", "offered"),
    [
        (["view_order"], []),
        (
            ["view_order", "change_order"],
            [
                *("cancel", "mark_delivered", "mark_processing", "mark_shipped", "move_on"),
                *("process_and_ship", "remake_invoice", "resend_email"),
            ],
        ),
    ],
    ids=["view", "change"],
)
def test_actions_are_for_staff_who_may_change_orders(
    client: Client, make_user: Callable[..., User], customer: User, permissions: list[str], offered: list[str]
):
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(clerk)
    order = make_order(customer)

    page = client.get(LIST)
    client.post(LIST, choice("mark_processing", order))

    shown = dict(page.context["action_form"].fields["action"].choices) if page.context["action_form"] else {}
    assert sorted(action for action in shown if action not in {"", "export_chosen"}) == offered
    assert Order.objects.get().status == ("processing" if offered else "pending")


def confirmed(page: Any, action: str) -> dict[str, Any]:
    """Return the form of a page that asks for confirmation, as it is sent by the button."""
    names = re.findall(r'name="(seen_\d+)" value="(\w*)"', page.text)
    chosen = re.findall(r'name="_selected_action" value="(\d+)"', page.text)
    return {"action": action, "_selected_action": chosen, "step": "confirm", **dict(names)}


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def everything() -> list[list[tuple]]:
    models = (Product, Order, StatusChange, Job)
    return [list(model.objects.order_by("pk").values_list()) for model in models]
