"""The page of an order in the admin shows everything about it, and the possible transitions."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.jobs.models import Job
from apps.orders.models import Invoice, Order, StatusChange
from apps.orders.tests.factories import make_order, make_order_in, moved
from apps.users.models import User

LIST = "/admin/orders/order/"


def test_page_shows_lines_history_jobs_and_tracking_number(
    office: Client, orders: dict[str, Order], staff: User
):
    order = orders["lamp"]
    Order.objects.filter(pk=order.pk).update(tracking_number="TRACK-7")
    Job.objects.filter(key=f"invoice:{order.pk}").update(status="failed", attempts=5, last_error="No ink")
    names = {"first_name": "Boris", "last_name": "O'Neil", "email": "b@mail.example"}
    User.objects.filter(pk=order.user_id).update(**names)

    page = text_of(office.get(page_of(order)))

    for shown in (
        "boris",
        "Boris O'Neil, b@mail.example",
        "25.00 ₽",
        "Russian",
        "lamp-sku",
        "Good lamp",
        "12.50 ₽",
        staff.username,
        "TRACK-7",
    ):
        assert shown in page
    assert "RUB" not in page
    assert re.search(r"pending → processing", page)
    assert re.search(r"Invoice failed 5 .* No ink", page)


def test_form_of_the_cancellation_says_that_the_customer_reads_the_reason(
    office: Client, orders: dict[str, Order]
):
    page = text_of(office.get(page_of(orders["tea"])))

    text = "The customer will see it in the cancellation e-mail and in the order history."
    assert f"Reason Cancel the order {text}" in page


def test_staff_who_press_a_button_still_find_the_way_to_their_list(office: Client, orders: dict[str, Order]):
    filters = "?_changelist_filters=status__exact%3Dpending"

    page = office.get(page_of(orders["tea"]) + filters).text
    response = office.post(f"{LIST}{orders['tea'].pk}/move/{filters}", press(orders["tea"], "processing"))

    assert f'action="{LIST}{orders["tea"].pk}/move/{filters}"' in page
    assert response["Location"] == page_of(orders["tea"]) + filters


def test_buttons_are_the_allowed_moves(office: Client, customer: User, staff: User):
    buttons = {}
    for status in ("pending", "processing", "shipped", "delivered", "cancelled"):
        page = office.get(page_of(make_order_in(status, customer, moved_by=staff))).text
        buttons[status] = re.findall(r'<button[^>]* name="status" value="(\w+)"', page)

    assert buttons == {
        "pending": ["processing", "cancelled"],
        "processing": ["shipped", "cancelled"],
        "shipped": ["delivered"],
        "delivered": [],
        "cancelled": [],
    }


def test_button_moves_the_order(office: Client, orders: dict[str, Order], staff: User):
    order = orders["tea"]

    response = office.post(f"{LIST}{order.pk}/move/", press(order, "processing"), follow=True)

    assert response.redirect_chain == [(page_of(order), 302)]
    assert messages_of(response) == [("success", f"Order #{order.pk}: The order is now “processing”.")]
    last = order.status_changes.last()
    assert (last.from_status, last.to_status, last.changed_by) == ("pending", "processing", staff)
    assert Job.objects.filter(key=f"status_email:{order.pk}:processing").count() == 1


def test_order_is_cancelled_with_a_reason_only(office: Client, orders: dict[str, Order]):
    order = orders["tea"]
    address = f"{LIST}{order.pk}/move/"

    without = office.post(address, press(order, "cancelled"), follow=True)
    assert Order.objects.get(pk=order.pk).status == "pending"
    office.post(address, {**press(order, "cancelled"), "comment": "Broken"})

    assert messages_of(without) == [("error", f"Order #{order.pk}: Enter the reason for the cancellation.")]
    last = order.status_changes.last()
    assert (last.to_status, last.comment) == ("cancelled", "Broken")


def test_of_two_who_press_a_button_the_second_is_told(office: Client, orders: dict[str, Order], staff: User):
    order = orders["tea"]
    form = press(order, "cancelled") | {"comment": "Late"}
    moved(order, "processing", by=staff)
    before = everything()

    response = office.post(f"{LIST}{order.pk}/move/", form, follow=True)

    changed = f"{staff.username} changed “status” after you opened the page."
    text = f"Order #{order.pk}: {changed} It is now “processing”."
    assert messages_of(response) == [("error", text)]
    assert everything() == before


@pytest.mark.parametrize("status", ["", "lost", "pending"])
def test_move_that_no_button_offers_changes_nothing(office: Client, orders: dict[str, Order], status: str):
    order, before = orders["tea"], everything()

    response = office.post(f"{LIST}{order.pk}/move/", press(order, status))

    assert response.status_code == (302 if status == "pending" else 404)
    assert everything() == before


def test_email_and_invoice_can_be_had_again(office: Client, orders: dict[str, Order]):
    order = orders["tea"]
    Job.objects.update(status="done")
    Invoice.objects.create(order=order, pdf=b"%PDF-old")

    shown = office.get(f"{LIST}{order.pk}/invoice/")
    answers = [
        messages_of(office.post(f"{LIST}{order.pk}/{what}/", follow=True))
        for what in ("resend-email", "remake-invoice", "remake-invoice")
    ]

    assert (shown.content, shown["Content-Type"]) == (b"%PDF-old", "application/pdf")
    assert shown["Content-Disposition"] == f'attachment; filename="invoice-{order.pk}.pdf"'
    assert answers == [
        [("success", f"Order #{order.pk}: The e-mail is being sent.")],
        [("success", f"Order #{order.pk}: The invoice is being generated.")],
        [("error", f"Order #{order.pk}: This is already under way.")],
    ]
    again = Job.objects.filter(status="pending").order_by("pk").values_list("key", flat=True)
    works = [key.rpartition(":again:")[0] for key in again]
    assert works == [f"confirmation_email:{order.pk}", f"invoice:{order.pk}"]
    assert office.get(f"{LIST}{order.pk}/invoice/").status_code == 404


@pytest.mark.parametrize("what", ["move", "resend-email", "remake-invoice"])
def test_buttons_need_a_post_and_the_permission_to_change(
    client: Client, make_user: Callable[..., User], customer: User, what: str
):
    order = make_order(customer)
    Job.objects.update(status="done")
    before = everything()
    viewer = make_user(is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename__in=["view_order", "view_job"]))
    client.force_login(viewer)

    page = client.get(page_of(order)).text
    statuses = [
        client.post(f"{LIST}{order.pk}/{what}/", press(order, "processing")).status_code,
        client.get(f"{LIST}{order.pk}/{what}/").status_code,
    ]

    assert statuses == [403, 405]
    assert f"/{what}/" not in page
    assert everything() == before


def test_jobs_are_for_those_who_may_see_them(client: Client, make_user: Callable[..., User], customer: User):
    order = make_order(customer)
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename="view_order"))
    client.force_login(clerk)

    response = client.get(page_of(order))

    assert response.context["jobs"] is None
    assert "E-mail about the order" not in response.text


def test_page_saves_nothing(office: Client, orders: dict[str, Order]):
    order, before = orders["tea"], everything()
    form = {
        "status": "delivered",
        "total_price": "0.01",
        "tracking_number": "X",
        "user": "1",
        "_save": "Save",
    }

    office.post(page_of(order), form)

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


def test_text_of_others_is_shown_as_text(office: Client, make_user: Callable[..., User], staff: User):
    hostile = "<script>hit()</script>\u202e=1+1"
    order = make_order(make_user(username="<b>anna</b>"), {make_product(name=hostile, sku="<i>sku</i>"): 1})
    StatusChange.objects.filter(order=order).update(comment=hostile)
    Job.objects.filter(kind="invoice").update(status="failed", last_error=hostile)

    page = office.get(page_of(order)).text

    assert page.count("&lt;script&gt;hit()&lt;/script&gt;\u202e=1+1") == 2
    assert page.count("&lt;script&gt;hit()&lt;/script&gt;=1+1") == 1  # a product's name has nothing invisible
    assert "&lt;i&gt;sku&lt;/i&gt;" in page
    for tag in ("<script>hit", "<b>anna", "<i>sku"):
        assert tag not in page


def test_page_speaks_russian_unless_asked_otherwise(client: Client, staff: User, customer: User):
    client.force_login(staff)
    order = make_order_in("processing", customer, moved_by=staff)

    page = client.get(page_of(order)).text

    for text in ("Состав заказа", "Сумма", "— → ожидает", "ожидает → в обработке", "Кол-во", "Кто"):
        assert text in page, text
    for text in ("Total", "Cancel", "History", "Jobs", "Last error"):
        assert text not in page, text


def page_of(order: Order) -> str:
    return f"{LIST}{order.pk}/change/"


def press(order: Order, status: str) -> dict[str, str]:
    return {"status": status, f"seen_{order.pk}": order.status}


def messages_of(response: Any) -> list[tuple[str, str]]:
    return [
        ("error" if "error" in message.tags else "success", message.message)
        for message in response.context["messages"]
    ]


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.text)))


def everything() -> list[list[tuple]]:
    models = (Product, Order, StatusChange, Job)
    return [list(model.objects.order_by("pk").values_list()) for model in models]
