"""Erasure while somebody writes what names the customer: erased from that, too, whoever is faster.

`STORE_TEST_ROUNDS=50` lets each of them meet the erasure so many times.
"""

import random
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product
from apps.core.tests.threads import at_once, rounds
from apps.import_export.formats import FileFormat
from apps.import_export.services import order_export
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs, run_job
from apps.orders.models import Order
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.orders.tests.factories import make_order
from apps.users.erasure import erase
from apps.users.exceptions import AccountErased
from apps.users.models import User
from apps.users.tokens import pair_for
from conftest import PASSWORD, signed_in
from tests.support.email_tokens import address_token
from tests.support.personal_traces import traces_of

ME, ORDERS = "/api/v1/auth/me/", "/api/v1/orders/"
CANARY = "canar"
CLOSED = {
    200,
    204,
    400,
    401,
}  # done, but for an open order; done; with a wrong password; in a session that is over
LONGEST_LEAD_SECONDS = 0.02  # of either over the other: about what erasing takes

pytestmark = pytest.mark.django_db(transaction=True)

_numbers = count(1)

Act = Callable[[], Any]


class Scene:
    """A customer with a name to be looked for, who has an order, and a member of staff in the admin."""

    def __init__(self, make_user: Callable[..., User], staff: User) -> None:
        number = next(_numbers)
        self.person = make_user(
            username=f"canary-{number}",
            email=f"canary-{number}@example.com",
            first_name=f"Canarianna {number}",
        )
        self.staff = staff
        self.product = make_product(stock=100)
        self.order = make_order(self.person, {self.product: 1})

    @property
    def client(self) -> APIClient:
        """Return the customer's client, whose session is the customer's newest."""
        return signed_in(self.person)

    @property
    def staff_client(self) -> Client:
        """Return the browser of staff, logged in."""
        browser = Client(raise_request_exception=False)
        browser.force_login(self.staff)
        return browser

    def form(self, **values: Any) -> dict[str, Any]:
        """Return the admin's form of the customer, as it was opened."""
        person = self.person
        when = {"date_joined_0": "2030-01-01", "date_joined_1": "12:00:00"}
        names = {"username": person.username, "email": person.email, "first_name": person.first_name}
        return {**names, **when, "is_active": "on", **values}

    def body(self) -> dict[str, Any]:
        """Return the body of one more order."""
        return {"items": [{"product_id": self.product.pk, "quantity": 1}]}


def renaming(scene: Scene) -> Act:
    return partial(scene.client.patch, ME, {"first_name": "Canarina", "last_name": "Canarova"})


def ordering_with_a_key(scene: Scene) -> Act:
    return partial(scene.client.post, ORDERS, scene.body(), headers={"idempotency-key": "canary"})


def ordering_and_cancelling_with_a_reason(scene: Scene) -> Act:
    client = scene.client

    def act() -> Any:
        placed = client.post(ORDERS, scene.body())
        if placed.status_code != 201:
            return placed
        return client.patch(placed["Location"], {"status": "cancelled", "comment": "It is me, Canary"})

    return act


def saving_an_address(scene: Scene) -> Act:
    address = {"name": "Canarianna", "country": "AE", "region": "Dubai", "line1": "Canary Street"}
    return partial(scene.client.post, f"{ME}addresses/", address)


def ordering_for_a_recipient(scene: Scene) -> Act:
    recipient = {"name": "Canarianna", "country": "AE", "region": "Dubai", "line1": "Canary Street"}
    notes = {"customer_note": "It is me, Canary", "gift_message": "From Canary"}
    return partial(
        scene.client.post,
        ORDERS,
        {**scene.body(), "shipping_address": recipient, "billing_address": recipient, **notes},
    )


def cancelling_an_order_for_a_recipient(scene: Scene) -> Act:
    placed = ordering_for_a_recipient(scene)()
    return partial(scene.client.patch, placed["Location"], {"status": "cancelled", "comment": "I, Canary"})


def logging_in(scene: Scene) -> Act:
    body = {"username": scene.person.username, "password": PASSWORD, "device_name": "canary's phone"}
    return partial(APIClient().post, "/api/v1/auth/login/", body)


def refreshing(scene: Scene) -> Act:
    tokens = pair_for(scene.person, device="canary's phone")
    return partial(APIClient().post, "/api/v1/auth/refresh/", {"refresh": tokens["refresh"]})


def logging_in_with_a_hash_that_is_renewed(scene: Scene) -> Act:
    User.objects.filter(pk=scene.person.pk).update(password=make_password(PASSWORD, hasher="scrypt"))
    return logging_in(scene)


def closing_as_well(scene: Scene) -> Act:
    return partial(scene.client.delete, ME, {"password": PASSWORD})


def asking_for_another_address(scene: Scene) -> Act:
    body = {"password": PASSWORD, "new_email": "third.canary@example.com"}
    return partial(scene.client.post, "/api/v1/auth/email/change/", body)


def confirming_another_address(scene: Scene) -> Act:
    scene.person.new_email = "second.canary@example.com"
    scene.person.save(update_fields=["new_email"])
    body = {"token": address_token(scene.person, scene.person.new_email)}
    return partial(APIClient().post, "/api/v1/auth/email/verify/", body)


def changing_the_password(scene: Scene) -> Act:
    body = {"old_password": PASSWORD, "new_password": "another-horse-battery"}
    return partial(scene.client.post, "/api/v1/auth/password/change/", body)


def asking_for_a_new_password(scene: Scene) -> Act:
    return partial(APIClient().post, "/api/v1/auth/password/reset/", {"email": scene.person.email})


def drawing_the_invoice(scene: Scene) -> Act:
    return partial(run_job, Job.objects.get(key=f"invoice:{scene.order.pk}").pk)


def writing_an_email_that_is_refused(scene: Scene) -> Act:
    return partial(run_job, Job.objects.get(key=f"confirmation_email:{scene.order.pk}").pk)


def having_the_invoice_drawn_again(scene: Scene) -> Act:
    run_due_jobs()
    page = reverse("admin:orders_order_remake", args=[scene.order.pk])
    return lambda: [scene.staff_client.post(page), run_due_jobs()][0]


def exporting(kind: str, scene: Scene) -> Act:
    order_export(kind=kind, query="", file_format=FileFormat.PROGRAMS, listed=1, created_by=scene.staff)
    return partial(run_job, Job.objects.get(kind="export", status="pending").pk)


def changing_the_account_in_the_admin(scene: Scene) -> Act:
    page = reverse("admin:users_user_change", args=[scene.person.pk])
    return partial(scene.staff_client.post, page, scene.form(last_name="Canarova"))


def changing_the_password_in_the_admin(scene: Scene) -> Act:
    page = reverse("admin:auth_user_password_change", args=[scene.person.pk])
    passwords = dict.fromkeys(("password1", "password2"), "another-horse-battery")
    return partial(scene.staff_client.post, page, {"usable_password": "true", **passwords})


def deleting_a_session_in_the_admin(scene: Scene) -> Act:
    session = scene.person.sessions.open(scene.person, device="canary's phone")
    return partial(
        scene.staff_client.post, reverse("admin:users_session_delete", args=[session.pk]), {"post": "yes"}
    )


def saving_what_was_read_before(scene: Scene) -> Act:
    read = User.objects.get(pk=scene.person.pk)

    def act() -> None:  # as `changepassword` does, which waits for somebody to type
        read.set_password("another-horse-battery")
        try:
            read.save()
        except AccountErased:
            return

    return act


def reading_as_staff(scene: Scene) -> Act:
    client = signed_in(scene.staff)
    return lambda: [client.get(f"{ORDERS}{scene.order.pk}/"), client.get("/api/v1/admin/orders/")][0]


WRITERS = {
    each.func.__name__ + "_" + each.args[0] if isinstance(each, partial) else each.__name__: each
    for each in (
        renaming,
        ordering_with_a_key,
        ordering_and_cancelling_with_a_reason,
        ordering_for_a_recipient,
        cancelling_an_order_for_a_recipient,
        saving_an_address,
        logging_in,
        logging_in_with_a_hash_that_is_renewed,
        refreshing,
        closing_as_well,
        asking_for_another_address,
        confirming_another_address,
        changing_the_password,
        asking_for_a_new_password,
        drawing_the_invoice,
        having_the_invoice_drawn_again,
        writing_an_email_that_is_refused,
        partial(exporting, "orders"),
        partial(exporting, "audit-trail"),
        changing_the_account_in_the_admin,
        changing_the_password_in_the_admin,
        deleting_a_session_in_the_admin,
        saving_what_was_read_before,
        reading_as_staff,
    )
}


class RefusingBackend(BaseEmailBackend):
    """A mail server that knows nobody of that name, and says the name."""

    def send_messages(self, messages: list[Any]) -> int:
        raise OSError(f"550 <{messages[0].to[0]}>: no such user")


@pytest.mark.parametrize("writer", WRITERS)
def test_nothing_that_is_written_meanwhile_tells_who_was_erased(
    make_user: Callable[..., User], staff: User, settings: Any, writer: str
):
    if writer == "writing_an_email_that_is_refused":
        settings.EMAIL_BACKEND = "tests.system.test_erasure_meanwhile.RefusingBackend"
    settings.PASSWORD_HASHERS = [
        *settings.PASSWORD_HASHERS,
        "django.contrib.auth.hashers.ScryptPasswordHasher",
    ]
    for _round in rounds(2):
        scene = Scene(make_user, staff)
        act, close = WRITERS[writer](scene), partial(scene.client.delete, ME, {"password": PASSWORD})
        lead = random.uniform(-LONGEST_LEAD_SECONDS, LONGEST_LEAD_SECONDS)

        def meet(hand: int, act: Act = act, close: Act = close, lead: float = lead) -> Any:
            time.sleep(max(0.0, lead if hand else -lead))
            return close() if hand else act()

        answer, closed = at_once(2, meet)
        if closed.status_code not in {200, 204}:  # the password was changed before
            with transaction.atomic():
                erase(User.objects.get(pk=scene.person.pk))
        for order in Order.objects.filter(user=scene.person, status="pending"):
            change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=scene.staff)
        run_due_jobs()

        assert closed.status_code in CLOSED
        assert getattr(answer, "status_code", 200) < 500
        assert traces_of(CANARY) == []
        assert not Job.objects.filter(status="failed").exists()
