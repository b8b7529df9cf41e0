"""The admin, as members of staff use it in tests."""

import re
from html import unescape
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client

from apps.core.days import today
from apps.orders.models import Order
from apps.users.models import User

LIST = "/admin/orders/order/"


def office_of(user: User, *permissions: str) -> Client:
    """Return the browser of the user, who reads English, with these permissions as well."""
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    return browser


def page_of(order: Order) -> str:
    return f"{LIST}{order.pk}/change/"


def hidden(page: str, name: str) -> str:
    """Return the value that the first form with this hidden field carries."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


def text_of(response: Any) -> str:
    """Return what the content of the page reads like."""
    content = response.text.partition('id="content-main"')[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", content)).split())


def told(response: Any) -> list[str]:
    """Return the messages of the page that the answer leads to."""
    return [str(message) for message in response.context["messages"]]


def press(browser: Client, order: Order, button: str, **values: Any) -> list[str]:
    """Press the button with what the page carries and these values; return what is told."""
    page = browser.get(page_of(order)).text
    carried = {"seen_money": hidden(page, "seen_money"), f"seen_{order.pk}": order.needs_look}
    return told(browser.post(f"{LIST}{order.pk}/{button}/", {**carried, **values}, follow=True))


def received(amount: str = "300.00", **values: str) -> dict[str, str]:
    return {"method": "transfer", "amount": amount, "received_on": f"{today():%Y-%m-%d}", **values}
