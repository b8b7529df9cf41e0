"""Staff look at orders in the admin, and move them by its actions only."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.jobs.models import Job
from apps.orders.models import Order, StatusChange
from apps.orders.tests.factories import make_order, make_order_in
from apps.users.models import User

LIST = "/admin/orders/order/"
JANUARY, FEBRUARY = (datetime(2026, month, 1, 12, tzinfo=UTC) for month in (1, 2))


@pytest.fixture
def office(client: Client, staff: User) -> Client:
    """Return the browser of a member of staff who reads English."""
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def orders(make_user: Callable[..., User], staff: User) -> dict[str, Order]:
    """Return three orders by name: tea and cups for Anna, a lamp for Boris."""
    anna = make_user(username="anna", email="anna@tea.example")
    boris = make_user(username="boris", email="boris@lamp.example")
    made = {}
    for name, status, moment, buyer in [
        ("tea", "pending", JANUARY, anna),
        ("lamp", "processing", JANUARY, boris),
        ("cups", "cancelled", FEBRUARY, anna),
    ]:
        product = make_product(name=f"Good {name}", sku=f"{name}-sku", price="12.50", stock=10)
        with time_machine.travel(moment, tick=False):
            made[name] = make_order_in(status, buyer, {product: 2}, moved_by=staff)
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["cups", "lamp", "tea"]),
        ("status__exact=pending", ["tea"]),
        ("status__exact=delivered", []),
        ("user__id__exact={anna}", ["cups", "tea"]),
        ("user__id__exact={boris}&status__exact=processing", ["lamp"]),
        ("created_at__year=2026&created_at__month=2", ["cups"]),
        ("created_at__year=2025", []),
        ("q=ANN", ["cups", "tea"]),
        ("q=lamp.example", ["lamp"]),
        ("q=cups-sku", ["cups"]),
        ("q=CUPS-SK", ["cups"]),
        ("q=sku", ["cups", "lamp", "tea"]),
        ("q={tea}", ["tea"]),
        ("q=nothing", []),
        ("q=99999999999999999999", []),
    ],
)
def test_list_is_filtered_and_searched(
    office: Client, orders: dict[str, Order], query: str, found: list[str]
):
    values = {"anna": orders["tea"].user_id, "boris": orders["lamp"].user_id, "tea": orders["tea"].pk}

    response = office.get(f"{LIST}?{query.format(**values)}")

    assert response.status_code == 200
    names = {order.pk: name for name, order in orders.items()}
    assert [names[order.pk] for order in response.context["cl"].result_list] == found


def test_filter_offers_every_status_and_the_customers_of_the_latest_orders(
    office: Client, orders: dict[str, Order], make_user: Callable[..., User]
):
    make_user(username="never-bought")

    by_status, by_user = office.get(LIST).context["cl"].filter_specs

    assert [choice for choice, _name in by_status.field.choices] == [
        *("pending", "processing", "shipped", "delivered", "cancelled")
    ]
    assert [name for _pk, name in by_user.lookup_choices] == ["anna", "boris"]


def test_filter_offers_the_chosen_customer_however_long_ago_they_bought(
    office: Client, make_user: Callable[..., User]
):
    product = make_product(stock=100)
    buyers = [make_user(username=f"buyer-{number:02}") for number in range(22)]
    for buyer in buyers:
        make_order(buyer, {product: 1})

    offered = [
        [name for _pk, name in office.get(f"{LIST}{query}").context["cl"].filter_specs[1].lookup_choices]
        for query in ("", f"?user__id__exact={buyers[0].pk}")
    ]

    latest = [buyer.username for buyer in buyers[2:]]
    assert offered == [latest, ["buyer-00", *latest]]


@pytest.mark.parametrize("wrong", ["x", "²", "-1", "9" * 30, "1,2", ""])
def test_customer_that_cannot_be_one_breaks_no_page(office: Client, orders: dict[str, Order], wrong: str):
    response = office.get(LIST, {"user__id__exact": wrong}, follow=True)

    assert response.status_code == 200


def test_name_of_the_customer_leads_to_their_orders(office: Client, make_user: Callable[..., User]):
    buyer = make_user(username="<b>anna</b>")
    make_order(buyer)

    page = office.get(LIST).content.decode()

    assert f'<a href="{LIST}?user__id__exact={buyer.pk}">&lt;b&gt;anna&lt;/b&gt;</a>' in page


def test_page_of_an_order_shows_lines_and_history(office: Client, orders: dict[str, Order], staff: User):
    order = orders["lamp"]

    page = text_of(office.get(f"{LIST}{order.pk}/change/"))

    for shown in ("boris", "25.00", "RUB", "lamp-sku", "Good lamp", "12.50", staff.username):
        assert shown in page
    assert re.search(r"pending .*processing", page)


def test_page_of_an_order_has_nothing_to_fill_in(office: Client, orders: dict[str, Order]):
    page = office.get(f"{LIST}{orders['tea'].pk}/change/").content.decode()

    main = page[page.index('<div id="content-main">') :]
    assert re.findall(r"<(select|textarea)", main) == []
    visible = [tag for tag in re.findall(r"<input[^>]*>", main) if 'type="hidden"' not in tag]
    assert visible == []
    assert "deletelink" not in main


def test_page_of_an_order_saves_nothing(office: Client, orders: dict[str, Order]):
    order = orders["tea"]
    before = everything()
    form = {
        "status": "delivered",
        "total_price": "0.01",
        "tracking_number": "X",
        "user": "1",
        "_save": "Save",
        "items-TOTAL_FORMS": "1",
        "items-INITIAL_FORMS": "1",
        "items-0-id": str(order.items.get().pk),
        "items-0-quantity": "7",
        "status_changes-TOTAL_FORMS": "1",
        "status_changes-INITIAL_FORMS": "1",
        "status_changes-0-id": str(order.status_changes.get().pk),
        "status_changes-0-comment": "x",
    }

    office.post(f"{LIST}{order.pk}/change/", form)

    assert everything() == before


def test_orders_are_neither_added_nor_deleted(office: Client, orders: dict[str, Order]):
    order = orders["tea"]
    before = everything()
    chosen = {"action": "delete_selected", "_selected_action": [order.pk], "post": "yes"}

    statuses = [
        office.get(f"{LIST}add/").status_code,
        office.post(f"{LIST}add/", {}).status_code,
        office.get(f"{LIST}{order.pk}/delete/").status_code,
        office.post(f"{LIST}{order.pk}/delete/", {"post": "yes"}).status_code,
    ]
    office.post(LIST, chosen)

    assert statuses == [403] * 4
    assert everything() == before


@pytest.mark.parametrize(
    ("action", "move"),
    [
        ("mark_processing", ("pending", "processing")),
        ("mark_shipped", ("processing", "shipped")),
        ("mark_delivered", ("shipped", "delivered")),
        ("cancel", ("pending", "cancelled")),
        ("cancel", ("processing", "cancelled")),
    ],
)
def test_action_moves_the_chosen_orders_by_the_service(
    office: Client, customer: User, staff: User, action: str, move: tuple[str, str]
):
    from_status, to_status = move
    mug = make_product(stock=10)
    chosen = [make_order_in(from_status, customer, {mug: 1}, moved_by=staff) for _ in range(2)]
    left = make_order_in(from_status, customer, {mug: 1}, moved_by=staff)

    response = office.post(LIST, choice(action, *chosen), follow=True)

    assert messages_of(response) == [("success", "2 orders moved.")]
    for order in chosen:
        last = order.status_changes.last()
        assert (last.from_status, last.to_status, last.changed_by) == (from_status, to_status, staff)
        assert Order.objects.get(pk=order.pk).status == to_status
        assert Job.objects.filter(key=f"status_email:{order.pk}:{to_status}").count() == 1
    assert Order.objects.get(pk=left.pk).status == from_status
    mug.refresh_from_db()
    assert mug.stock == (9 if to_status == "cancelled" else 7)


def test_shipping_in_the_admin_announces_to_the_carrier(
    office: Client, customer: User, staff: User, settings
):
    settings.SHIPPING_API_URL = "http://127.0.0.1:9/parcels"
    order = make_order_in("processing", customer, moved_by=staff)

    office.post(LIST, choice("mark_shipped", order))

    assert Job.objects.filter(key=f"shipment:{order.pk}", status="pending").count() == 1


def test_action_names_every_order_that_cannot_be_moved_and_moves_the_others(
    office: Client, orders: dict[str, Order]
):
    tea, lamp, cups = orders["tea"], orders["lamp"], orders["cups"]

    response = office.post(LIST, choice("cancel", tea, lamp, cups), follow=True)

    assert messages_of(response) == [
        ("error", f"№ {cups.pk}: The order cannot be moved to this status."),
        ("success", "2 orders moved."),
    ]
    statuses = dict(Order.objects.values_list("pk", "status"))
    assert statuses == {tea.pk: "cancelled", lamp.pk: "cancelled", cups.pk: "cancelled"}
    assert [order.status_changes.count() for order in (tea, lamp, cups)] == [2, 3, 2]


def test_action_on_refused_orders_changes_nothing(office: Client, orders: dict[str, Order]):
    before = everything()

    response = office.post(LIST, choice("mark_delivered", *orders.values()), follow=True)

    assert [level for level, _text in messages_of(response)][:3] == ["error"] * 3
    assert everything() == before


def test_action_speaks_russian_unless_asked_otherwise(client: Client, staff: User, customer: User):
    client.force_login(staff)
    order = make_order(customer)

    response = client.post(LIST, choice("mark_processing", order), follow=True)

    assert messages_of(response) == [("success", "1 заказ изменён.")]


def test_page_of_an_order_speaks_russian_unless_asked_otherwise(client: Client, staff: User, customer: User):
    client.force_login(staff)
    order = make_order_in("processing", customer, moved_by=staff)

    page = client.get(f"{LIST}{order.pk}/change/").text

    for text in ("Итого", "— → ожидает", "ожидает → в обработке", "Количество", "Кем"):
        assert text in page, text
    assert "pending" not in page
    assert "Total" not in page


@pytest.mark.parametrize(
    ("permissions", "offered"),
    [
        (["view_order"], []),
        (["view_order", "change_order"], ["cancel", "mark_delivered", "mark_processing", "mark_shipped"]),
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
    assert sorted(action for action in shown if action) == offered
    assert Order.objects.get().status == ("processing" if offered else "pending")


@pytest.mark.parametrize("user", ["customer", "clerk"])
def test_admin_is_closed_to_who_may_not_view_orders(
    client: Client, make_user: Callable[..., User], customer: User, user: str
):
    order = make_order(customer)
    client.force_login(make_user(is_staff=user == "clerk"))

    statuses = [client.get(address).status_code for address in (LIST, f"{LIST}{order.pk}/change/")]

    assert statuses == ([403, 403] if user == "clerk" else [302, 302])


def choice(action: str, *orders: Order) -> dict[str, object]:
    return {"action": action, "_selected_action": [order.pk for order in orders]}


def messages_of(response) -> list[tuple[str, str]]:
    return [
        ("error" if "error" in message.tags else "success", message.message)
        for message in response.context["messages"]
    ]


def text_of(response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def everything() -> list[list[tuple]]:
    models = (Product, Order, StatusChange, Job)
    return [list(model.objects.order_by("pk").values_list()) for model in models]
