"""The PDF of an invoice: what it says and how it looks, and that it is drawn once."""

import re
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from threading import Barrier

import pytest
import time_machine
from django.utils import translation
from pypdf import PdfReader
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product, make_products
from apps.core.tests.threads import at_once
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs, run_job
from apps.orders import invoice_fonts, invoices
from apps.orders.invoice_fonts import FONT
from apps.orders.invoices import MARGIN, drawn
from apps.orders.models import Invoice, Order
from apps.orders.tests.factories import make_order, moved
from apps.orders.tests.pdf_texts import lines_of, overlapping_pieces_of, pieces_of, unspaced
from apps.users.models import User

FLUSH_RIGHT = {"Amount": 9, "10.00 ₽": 9, "To be paid: 10.00 ₽": 12}  # and their sizes
FIRST_OF_MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_invoice_says_in_russian_what_was_bought(make_user: Callable[..., User]):
    anna = make_user(username="Анна", email="anna@example.com")
    basket = {
        make_product(name="Чайник «Ёлка»", sku="ЧАЙ-1", price="1234.50"): 3,
        make_product(name="Кружка", sku="MUG", price="0.05"): 10,
    }
    with time_machine.travel(FIRST_OF_MARCH, tick=False):
        order = make_order(anna, basket, language="ru")

    assert lines_of(drawn(order)) == [
        "Online Store",
        f"Счёт № {order.pk}",
        "Дата: 1 марта 2026 г.",
        "Покупатель: anna@example.com",
        "№ Артикул Название Кол-во Цена Сумма",
        "1 ЧАЙ-1 Чайник «Ёлка» 3 1 234,50 ₽ 3 703,50 ₽",
        "2 MUG Кружка 10 0,05 ₽ 0,50 ₽",
        "К оплате: 3 704,00 ₽",
        f"Счёт № {order.pk}, страница 1 из 1",
    ]


def test_invoice_says_in_english_what_was_bought(make_user: Callable[..., User]):
    anna = make_user(username="anna", email="")
    with time_machine.travel(FIRST_OF_MARCH, tick=False):
        order = make_order(anna, {make_product(name="Kettle", sku="K-1", price="1234.50"): 3}, language="en")

    assert lines_of(drawn(order)) == [
        "Online Store",
        f"Invoice #{order.pk}",
        "Date: 1 March 2026",
        "Customer: anna",
        "# SKU Name Quantity Price Amount",
        "1 K-1 Kettle 3 1,234.50 ₽ 3,703.50 ₽",
        "To be paid: 3,703.50 ₽",
        f"Invoice #{order.pk}, page 1 of 1",
    ]


@pytest.mark.parametrize(
    ("language", "end"),
    [
        ("ru", ["Итого: 10,00 ₽", "Заказ отменён 1 марта 2026 г. Оплачивать его не нужно."]),
        ("en", ["Total: 10.00 ₽", "The order was cancelled on 1 March 2026. There is nothing to pay."]),
    ],
)
def test_invoice_of_a_cancelled_order_says_so(customer: User, staff: User, language: str, end: list[str]):
    with time_machine.travel(FIRST_OF_MARCH, tick=False):
        order = moved(make_order(customer, language=language), "cancelled", by=staff)

    assert lines_of(drawn(order))[6:8] == end


def test_text_table_and_sum_stand_on_the_same_edges(customer: User):
    pieces = {text: x for x, _y, text in pieces_of(drawn(make_order(customer, language="en")))}

    left, right = MARGIN, A4[0] - MARGIN
    assert [pieces[text] for text in ("Online Store", "#")] == [pytest.approx(left, abs=0.1)] * 2
    ends = [pieces[text] + stringWidth(text, FONT, size) for text, size in FLUSH_RIGHT.items()]
    assert ends == [pytest.approx(right, abs=0.1)] * 3


def test_numbers_of_any_size_stay_in_one_line(customer: User):
    dear = make_product(name="Дворец " * 20, sku="D" * 64, price="99999999.99", stock=100_000)

    lines = lines_of(drawn(make_order(customer, {dear: 9_000}, language="ru")))

    assert lines[5].endswith(" 9000 99 999 999,99 ₽ 899 999 999 910,00 ₽")
    assert "К оплате: 899 999 999 910,00 ₽" in lines


@pytest.mark.parametrize(
    ("language", "title"), [("ru", "Счёт № "), ("en", "Invoice #"), ("fr", "Счёт № ")], ids=["ru", "en", "fr"]
)
def test_invoice_speaks_the_language_that_the_order_was_placed_in(
    customer_api: APIClient, staff_api: APIClient, language: str, title: str
):
    basket = {"items": [{"product_id": make_product().pk, "quantity": 1}]}
    order_id = customer_api.post("/api/v1/orders/", basket, headers={"Accept-Language": language}).json()[
        "id"
    ]
    run_due_jobs()

    answers = [
        staff_api.get(f"/api/v1/orders/{order_id}/invoice/", headers={"Accept-Language": asked}).content
        for asked in ("ru", "en")
    ]

    assert answers[0] == answers[1]
    assert lines_of(answers[0])[1] == f"{title}{order_id}"
    assert PdfReader(BytesIO(answers[0])).metadata.title == f"{title}{order_id}"


def test_largest_amounts_stay_within_their_columns(customer: User):
    dear = make_product(price="99999999.99", stock=10_000, name="Яхта " * 51)
    order = make_order(customer, {dear: 10_000})

    pdf = drawn(order)

    assert "10000" in unspaced(pdf)
    assert "99999999,99₽" in unspaced(pdf)
    assert "999999999900,00₽" in unspaced(pdf)
    assert overlapping_pieces_of(pdf) == []


@pytest.mark.parametrize("count", [103, pytest.param(1103, marks=pytest.mark.long)])
def test_long_invoice_goes_on_over_many_pages(customer: User, count: int):
    products = make_products(count, price="1.50")
    order = make_order(customer, dict.fromkeys(products, 2))

    pages = [page.extract_text() for page in PdfReader(BytesIO(drawn(order))).pages]

    assert len(pages) > count // 55
    assert all("Артикул" in page for page in pages)
    feet = [f"Счёт № {order.pk}, страница {number} из {len(pages)}" for number in range(1, len(pages) + 1)]
    assert [foot for foot, page in zip(feet, pages, strict=True) if foot not in page] == []
    lines = [line for page in pages for line in re.findall(r"^(\d+)\s(SKU-\d+)", page, re.MULTILINE)]
    assert lines == [(str(number), product.sku) for number, product in enumerate(products, start=1)]
    total = f"{3 * count:,}".replace(",", " ")
    assert f"К оплате: {total},00 ₽" in pages[-1].replace("\xa0", " ")


def test_invoice_is_the_same_to_the_byte_at_any_time_and_place(customer: User):
    order = make_order(customer, {make_product(name="Чай"): 2, make_product(name="Tea"): 1})
    first = drawn(order)

    with time_machine.travel(order.created_at + timedelta(days=400)), translation.override("en"):
        later = drawn(Order.objects.get(pk=order.pk))
    with translation.override(None):
        elsewhere = drawn(Order.objects.get(pk=order.pk))

    assert later == first
    assert elsewhere == first


def test_other_order_is_another_file(customer: User):
    product = make_product()

    assert drawn(make_order(customer, {product: 1})) != drawn(make_order(customer, {product: 1}))


@pytest.mark.django_db(transaction=True)
def test_invoices_drawn_at_once_do_not_mix(customer: User):
    orders = [make_order(customer, {make_product(name=f"Чай {letter}"): 1}) for letter in "АБВГ"]
    alone = [drawn(order) for order in orders]

    together = at_once(8, lambda hand: drawn(Order.objects.get(pk=orders[hand % 4].pk)))

    assert together == alone * 2


@pytest.mark.django_db(transaction=True)
def test_invoice_that_another_worker_stored_meanwhile_stays(customer: User):
    order = Order.objects.select_related("user", "invoice").get(pk=make_order(customer).pk)
    stored = Invoice.objects.create(order_id=order.pk, pdf=b"%PDF by the other worker")

    invoice = invoices.invoice_of(order)

    assert (invoice, bytes(invoice.pdf)) == (stored, b"%PDF by the other worker")
    assert Invoice.objects.get() == stored


@pytest.mark.django_db(transaction=True)
def test_order_that_is_cancelled_while_its_invoice_is_drawn_is_drawn_anew(
    customer: User, staff: User, monkeypatch
):
    order = Order.objects.select_related("user", "invoice").get(pk=make_order(customer, language="en").pk)

    def drawn_slowly(drawn_order: Order) -> bytes:
        pdf = drawn(drawn_order)
        if drawn_order.status == "pending":
            moved(Order.objects.get(pk=order.pk), "cancelled", by=staff)
        return pdf

    monkeypatch.setattr(invoices, "drawn", drawn_slowly)
    invoice = invoices.invoice_of(order)

    assert "There is nothing to pay." in lines_of(bytes(invoice.pdf))[7]
    assert Invoice.objects.get() == invoice


def test_invoice_job_run_twice_leaves_one_invoice(customer: User):
    order = make_order(customer)
    job = Job.objects.get(kind="invoice")
    run_job(job.pk)
    first = Invoice.objects.values_list("pk", "pdf", "created_at").get()
    Job.objects.filter(pk=job.pk).update(status="pending")  # as if its worker had died at the very end

    again = run_job(job.pk)

    assert again == 1
    assert Invoice.objects.values_list("pk", "pdf", "created_at").get() == first
    assert bytes(order.invoice.pdf) == bytes(first[1])


def test_kept_invoice_does_not_change_with_the_customer_s_name(customer: User):
    make_order(customer)
    run_due_jobs()
    before = bytes(Invoice.objects.get().pdf)
    customer.username = "renamed"
    customer.save()
    Job.objects.update(status="pending")

    run_due_jobs()

    assert bytes(Invoice.objects.get().pdf) == before


def test_threads_that_draw_first_at_the_same_time_know_all_colours(monkeypatch):
    interval, failures = sys.getswitchinterval(), []

    def draw(barrier):
        barrier.wait()
        invoice_fonts.prepare()
        failures.append(colors.toColor("black", default="unknown") == "unknown")

    sys.setswitchinterval(1e-6)
    try:
        for _round in range(20):
            invoice_fonts._prepare.cache_clear()
            monkeypatch.setattr(colors, "_namedColors", None)
            barrier = Barrier(8)
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(draw, [barrier] * 8))
    finally:
        sys.setswitchinterval(interval)

    assert failures == [False] * 160
