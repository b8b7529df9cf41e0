"""Closed accounts: orders stay for the books, without name and address."""

import json
from io import BytesIO

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from apps.catalog.stock import receive_stock
from apps.catalog.tests.factories import make_product
from apps.core.tests.answers import problem, problem_of, refusal_of
from apps.idempotency.models import StoredResponse
from apps.import_export.models import Export
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.jobs.services import LeaseLost, claim, fail, renew_lease
from apps.orders.erasure import strike_address_out_of_comments
from apps.orders.models import Invoice, Order
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.orders.tests.factories import make_order
from apps.users.models import Session, User
from conftest import PASSWORD, signed_in
from tests.support.databases import all_rows
from tests.support.personal_traces import traces_of

URL = "/api/v1/auth/me/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(make_user) -> User:
    return make_user(
        username="anna-canary",
        email="anna.canary@example.com",
        first_name="Canarianna",
        last_name="Canariova",
        new_email="new.canary@example.com",
    )


def close(client, password=PASSWORD):
    return client.delete(URL, {"password": password}, headers={"accept-language": "en"})


def test_nothing_in_the_database_tells_who_it_was(anna, other_customer):
    client = signed_in(anna)
    Session.objects.open(anna, device="canary's phone", ip="192.0.2.77")
    item = {"product_id": make_product(stock=5).pk, "quantity": 1}
    client.post("/api/v1/orders/", {"items": [item]}, headers={"idempotency-key": "canary"})
    client.post("/api/v1/auth/email/verify/resend/")
    client.post("/api/v1/auth/password/reset/", {"email": anna.email})
    client.post("/api/v1/auth/email/change/", {"password": PASSWORD, "new_email": "third.canary@example.com"})
    Job.objects.update(last_error="550 <anna.canary@example.com>: no such user")
    LogEntry.objects.log_actions(
        other_customer.pk, User.objects.filter(pk=anna.pk), CHANGE, single_object=True
    )
    password = User.objects.get(pk=anna.pk).password

    assert close(client).status_code == 204

    rows = json.dumps(all_rows(), default=str)
    assert "canar" not in rows.lower()
    assert "192.0.2.77" not in rows
    assert password not in rows


def test_account_stays_as_a_shell(anna):
    groups_before = User.objects.count()

    response = close(signed_in(anna))

    assert (response.status_code, response.content) == (204, b"")
    user = User.objects.get(pk=anna.pk)
    assert user.username.startswith("deleted-")
    assert (user.email, user.new_email, user.first_name, user.last_name) == ("", "", "", "")
    assert (user.is_active, user.has_usable_password(), user.email_verified_at) == (False, False, None)
    assert User.objects.count() == groups_before


def test_orders_stay_and_their_invoices_are_drawn_again_without_the_name(anna, staff_api):
    order = make_order(anna, {make_product(): 2})
    run_due_jobs()
    assert "anna.canary@example.com" in text_of(order)

    close(signed_in(anna))
    run_due_jobs()

    name = User.objects.get(pk=anna.pk).username
    assert "canary" not in text_of(order)
    assert name[:20] in text_of(order).replace("\n", "")
    shown = staff_api.get(f"/api/v1/orders/{order.pk}/").json()
    assert (shown["user"], shown["total_price"]) == (
        {"id": anna.pk, "username": name, "email": ""},
        str(order.total_price),
    )
    assert shown["history"][0]["changed_by"] == name
    assert staff_api.get(f"/api/v1/orders/{order.pk}/invoice/").status_code == 200


@pytest.mark.embedded
def test_answers_that_are_kept_in_files_are_wiped(
    anna, staff_api, settings, django_capture_on_commit_callbacks
):
    staff_api.get(f"/api/v1/orders/{make_order(anna).pk}/")
    kept = [trace for trace in traces_of("canary") if trace.endswith(".djcache")]

    with django_capture_on_commit_callbacks(execute=True):
        close(signed_in(anna))

    assert len(kept) == (1 if settings.STORE_EMBEDDED else 0)
    assert traces_of("canary") == []


def test_comments_that_tell_who_it_was_are_emptied(anna, other_customer, staff):
    own, foreign = make_order(anna), make_order(other_customer)
    for order, comments in (
        (own, ("Canarianna called", "packed")),
        (foreign, ("Canarianna called", "packed")),
    ):
        for status, comment in zip(("processing", "shipped"), comments, strict=True):
            change_status(
                order_id=order.pk, new_status=OrderStatus(status), changed_by=staff, comment=comment
            )
    cancelled = make_order(anna)
    signed_in(anna).patch(f"/api/v1/orders/{cancelled.pk}/", {"status": "cancelled", "comment": "I moved"})

    close(signed_in(anna))

    comments = {
        order: list(order.status_changes.values_list("comment", flat=True))
        for order in (own, foreign, cancelled)
    }
    assert comments == {
        own: ["", "", "packed"],
        foreign: ["", "Canarianna called", "packed"],
        cancelled: ["", ""],
    }


@pytest.mark.parametrize(
    "comment",
    ["ЗВОНИЛА СЕМЁНОВА", "звонила Семенова", "Отдать Семёновой", "Написать на ЁЛКА-КАНАРЕЙКА", "packed"],
)
def test_name_in_a_comment_is_found_in_any_case_on_every_database(make_user, staff, comment):
    user = make_user(username="Ёлка-канарейка", email="anna.canary@example.com", last_name="Семёнов")
    order = make_order(user)
    change_status(order_id=order.pk, new_status=OrderStatus.PROCESSING, changed_by=staff, comment=comment)

    close(signed_in(user))

    assert order.status_changes.last().comment == ("packed" if comment == "packed" else "")


def test_former_names_and_addresses_are_erased_too(anna, staff):
    order, later = make_order(anna), {"username": "bird", "email": "bird@example.com", "first_name": "Berta"}
    comments = ("Canarianna called", "wrote from ANNA.CANARY@example.com")
    for status, comment in zip(("processing", "shipped"), comments, strict=True):
        change_status(order_id=order.pk, new_status=OrderStatus(status), changed_by=staff, comment=comment)
    anna.new_email = anna.last_name = ""
    for field, name in later.items():
        setattr(anna, field, name)
    anna.save()
    for query in ("q=anna-canary", "q=bird"):
        Export.objects.create(kind="products", query=query, listed=0, created_by=staff)

    assert close(signed_in(anna)).status_code == 204

    assert [traces_of(text) for text in ("canar", "bird", "berta")] == [[], [], []]


TYPED = "Same as Anna.Canary@Example.com, not dianna.canary@example.com"


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_confirmed_address_is_struck_out_of_what_is_about_others(anna, other_customer, staff, is_confirmed):
    anna.email_verified_at = timezone.now() if is_confirmed else None
    anna.save()
    order, product = make_order(other_customer), make_product()
    change_status(order_id=order.pk, new_status=OrderStatus.PROCESSING, changed_by=staff, comment=TYPED)
    receive_stock({product.pk: 1}, reason=TYPED, by=staff)

    close(signed_in(anna))

    kept = "Same as …, not dianna.canary@example.com" if is_confirmed else TYPED
    assert order.status_changes.last().comment == kept
    assert product.stock_movements.get(reason__contains="dianna").reason == kept


@pytest.mark.postgres
def test_comments_are_looked_through_by_index(anna):
    anna.email_verified_at = timezone.now()
    with CaptureQueriesContext(connection) as questions:
        strike_address_out_of_comments(anna)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {questions[0]['sql']}")
        plan = str(cursor.fetchall())

    assert "orders_statuschange_commented" in plan


def test_job_that_runs_meanwhile_is_done_anew_and_says_nothing_of_the_first_time(anna):
    order = make_order(anna)
    running = claim(Job.objects.get(kind="invoice").pk)
    close(signed_in(anna))

    fail(running, ValueError("550 <anna.canary@example.com>: no such user"))

    with pytest.raises(LeaseLost):
        renew_lease(running)
    job = Job.objects.get(kind="invoice")
    assert (job.status, job.attempts, job.last_error, job.lease) == ("pending", 0, "", None)
    run_due_jobs()
    assert set(Job.objects.about(f"order:{order.pk}").values_list("status", flat=True)) == {"done"}
    assert mail.outbox == []
    assert "canary" not in text_of(order)


def test_others_are_left_alone(anna, other_customer):
    make_order(other_customer, {make_product(): 1})
    client = signed_in(other_customer)
    item = {"product_id": make_product(stock=5).pk, "quantity": 1}
    client.post("/api/v1/orders/", {"items": [item]}, headers={"idempotency-key": "mine"})
    client.post("/api/v1/auth/email/verify/resend/")
    run_due_jobs()

    close(signed_in(anna))

    assert client.get(URL).json()["username"] == other_customer.username
    assert StoredResponse.objects.filter(user=other_customer).count() == 1
    assert Invoice.objects.count() == Order.objects.count() == 2
    assert Job.objects.filter(subject=f"user:{other_customer.pk}").count() == 1


def test_tokens_and_password_stop_working_and_name_and_address_are_free_again(api, anna):
    client = signed_in(anna)

    close(client)

    assert client.get(URL).json()["code"] == "session_revoked"
    login = {"username": "anna-canary", "password": PASSWORD}
    assert api.post("/api/v1/auth/login/", login).status_code == 401
    again = {**login, "email": "anna.canary@example.com"}
    assert api.post("/api/v1/auth/register/", again).status_code == 201


@pytest.mark.parametrize("password", ["wrong-horse", PASSWORD.upper()])
def test_wrong_password_closes_nothing(anna, password):
    client = signed_in(anna)

    response = close(client, password)

    assert refusal_of(response) == (400, "validation_error", [("wrong_password", "/password")])
    assert client.get(URL).json()["username"] == "anna-canary"


def test_without_a_password_nothing_is_closed(anna):
    client = signed_in(anna)

    response = client.delete(URL)

    assert refusal_of(response) == (400, "validation_error", [("required", "/password")])
    assert client.get(URL).json()["username"] == "anna-canary"


def test_staff_cannot_close_their_own_account(staff, staff_api):
    response = close(staff_api)

    assert problem_of(response) == problem(
        403, "staff_account", "Staff accounts can only be closed by other staff."
    )
    assert staff_api.get(URL).json()["username"] == staff.username


def text_of(order: Order) -> str:
    pdf = Invoice.objects.get(order=order).pdf
    return "".join(page.extract_text() for page in PdfReader(BytesIO(bytes(pdf))).pages)
