"""Mails and invoices of orders with discounts, delivery, taxes and recipients, in both languages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from reportlab.lib.pagesizes import A4

from apps.catalog.tests.factories import make_product
from apps.delivery.addresses import PostalAddress
from apps.jobs.runner import run_due_jobs
from apps.orders.checkout import BasketLine, PointChoice
from apps.orders.invoices import MARGIN, drawn
from apps.orders.models import Invoice, Order
from apps.orders.tests.checkout_shop import make_automatic, make_method, make_point, make_tax
from apps.orders.tests.factories import moved
from apps.orders.tests.full_orders import SHIPPING, make_full_order, open_full_shop
from apps.orders.tests.pdf_texts import lines_of, overlapping_pieces_of, pieces_of
from apps.users.models import User

NOTES = {"customer_note": "После шести\nTotal: 0.00", "gift_message": "<b>Happy</b> birthday"}
BILLING = PostalAddress(
    name="Anna",
    company="ООО «Ромашка»",
    tax_id="7701234567",
    country="RU",
    city="Тверь",
    postal_code="170000",
    line1="Садовая, 3",
)
FIRST_OF_MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def full_shop(settings) -> None:
    open_full_shop(settings)


@pytest.fixture
def anna(make_user: Callable[..., User]) -> User:
    return make_user(email="anna@example.com", email_verified_at=timezone.now())


def bodies(order: Order) -> list[str]:
    """Return the texts of the mails about the order between the greeting and the store's name, readable."""
    run_due_jobs()
    return [
        message.body.split("\n\n", 2)[2].rsplit("\n\nOnline", 1)[0].replace("\xa0", " ")
        for message in mail.outbox
    ]


PARTS = {
    "ru": """Чай × 2: 780,00 ₽ − 78,00 ₽ = 702,00 ₽
Иван-чай × 1: 420,00 ₽ − 42,00 ₽ = 378,00 ₽
Товары: 1 200,00 ₽
Скидка «10 % на чай» (TEA10): −120,00 ₽
Доставка (Курьер): 350,00 ₽
Итого: 1 430,00 ₽
в том числе НДС 22 %: 257,86 ₽

Адрес доставки:
Анна Смирнова
Мясницкая, 1
Москва 101000
8 (912) 345-67-89""",
    "en": """Чай × 2: 780.00 ₽ − 78.00 ₽ = 702.00 ₽
Иван-чай × 1: 420.00 ₽ − 42.00 ₽ = 378.00 ₽
Goods: 1,200.00 ₽
Discount “10 % на чай” (TEA10): −120.00 ₽
Delivery (Курьер): 350.00 ₽
Total: 1,430.00 ₽
including VAT 22 %: 257.86 ₽

Delivery address:
Анна Смирнова
Мясницкая, 1
Москва 101000
8 (912) 345-67-89""",
}
ENDS = {
    "ru": """

Оплата: По счёту
Оплатите счёт за три дня.

Ваш комментарий: После шести Total: 0.00

Текст открытки: <b>Happy</b> birthday""",
    "en": """

Payment: По счёту
Pay the invoice within three days.

Your note: После шести Total: 0.00

Gift message: <b>Happy</b> birthday""",
}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_confirmation_explains_the_total_and_says_where_the_order_goes_and_how_it_is_paid(
    anna: User, language: str
):
    order = make_full_order(anna, language=language, **NOTES)

    (body,) = bodies(order)

    title = {"ru": f"Заказ № {order.pk}", "en": f"Order #{order.pk}"}[language]
    assert body == f"{title}\n{PARTS[language]}{ENDS[language]}"


@pytest.mark.parametrize("language", ["ru", "en"])
def test_status_mail_says_the_same_but_for_notes_and_payment(anna: User, staff: User, language: str):
    order = moved(make_full_order(anna, language=language, **NOTES), "processing", by=staff)

    assert bodies(order)[-1] == PARTS[language]


def test_mail_about_a_cancelled_order_does_not_say_where_it_goes(anna: User, staff: User):
    order = moved(make_full_order(anna), "cancelled", by=staff)

    assert bodies(order)[-1] == PARTS["ru"].split("\n\n")[0]


def test_pick_up_order_goes_to_the_point_and_names_who_collects_it(anna: User):
    make_method("pickup_point", carrier="boxes", price="100.00")
    make_point()
    order = make_full_order(
        anna,
        delivery_method="pickup_point",
        pickup_point=PointChoice("boxes", "MSK1"),
        shipping_address=replace(SHIPPING, line1="Home street", city="Hometown"),
    )
    point = ["Пункт на Мясницкой", "Мясницкая, 10", "101000 Москва", "Анна Смирнова", "8 (912) 345-67-89"]

    (body,) = bodies(order)

    assert "\n".join(["Пункт выдачи:", *point]) in body
    invoice = lines_of(drawn(order))
    assert invoice[4:10] == ["Пункт выдачи:", *point]
    assert "Home" not in body + "".join(invoice)


def test_stranger_s_mailbox_gets_no_text_of_whoever_typed_its_address(make_user: Callable[..., User]):
    stranger = make_user(email="victim@example.com", email_verified_at=None)
    order = make_full_order(
        stranger, shipping_address=replace(SHIPPING, name="www.win-prize.example"), **NOTES
    )

    (body,) = bodies(order)

    parts = PARTS["ru"].split("\n\n")[0]
    payment = "Оплата: По счёту\nОплатите счёт за три дня."
    assert body == f"Заказ № {order.pk}\n{parts}\n\n{payment}"
    attached, kept = mail.outbox[0].attachments[0].content, bytes(Invoice.objects.get().pdf)
    assert "prize" not in "".join(lines_of(attached))
    assert "www.win-prize.example" in lines_of(kept)


def test_free_delivery_and_tax_on_top(anna: User, settings):
    settings.PRICES_INCLUDE_TAX = False
    make_automatic(kind="free_delivery", value=Decimal(0), name_ru="Везём даром")
    tea = make_product(name="Чай", price="100.00")
    book = make_product(name="Книга", price="50.00", tax_class=make_tax("none", None))
    lines = [BasketLine(tea.pk, 1), BasketLine(book.pk, 1)]

    (body,) = bodies(make_full_order(anna, items=lines, coupon=""))

    assert body.split("\n\n")[0].splitlines()[1:] == [
        "Чай × 1: 100,00 ₽",
        "Книга × 1: 50,00 ₽",
        "Товары: 150,00 ₽",
        "Доставка (Курьер): 350,00 ₽",
        "Скидка «Везём даром»: −350,00 ₽",
        "НДС 22 %: 22,00 ₽",
        "Итого: 172,00 ₽",
    ]


def test_what_is_without_vat_is_said_beside_what_is_taxed_and_0_percent_is_a_rate(anna: User):
    goods = [
        make_product(name="Книга", price="50.00", tax_class=make_tax("none", None)),
        make_product(name="Экспорт", price="30.00", tax_class=make_tax("zero", "0.00")),
        make_product(name="Чай", price="11.00", tax_class=make_tax("reduced", "5.50")),
    ]
    lines = [BasketLine(product.pk, 1) for product in goods]
    order = make_full_order(anna, items=lines, coupon="", delivery_method="", shipping_address=None)

    invoice = lines_of(drawn(order))

    assert [line.split(" ", 2)[2] for line in invoice[5:8]] == [
        "Книга 1 50,00 ₽ без НДС 50,00 ₽",
        "Экспорт 1 30,00 ₽ 0 % 30,00 ₽",
        "Чай 1 11,00 ₽ 5,5 % 11,00 ₽",
    ]
    assert invoice[8:12] == [
        "К оплате: 91,00 ₽",
        "в том числе НДС 5,5 %: 0,57 ₽",
        "в том числе НДС 0 %: 0,00 ₽",
        "без НДС: 50,00 ₽",
    ]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_invoice_of_a_full_order(anna: User, language: str):
    with time_machine.travel(FIRST_OF_MARCH, tick=False):
        order = make_full_order(anna, language=language, billing_address=BILLING)
    first, second = order.items.all()

    assert (
        lines_of(drawn(order))
        == {
            "ru": [
                "Online Store",
                f"Счёт № {order.pk}",
                "Дата: 1 марта 2026 г.",
                "Покупатель: anna@example.com",
                "Плательщик: Адрес доставки:",
                "Anna Анна Смирнова",
                "ООО «Ромашка» Мясницкая, 1",
                "Садовая, 3 Москва 101000",
                "Тверь 170000 8 (912) 345-67-89",
                "ИНН: 7701234567",
                "№ Артикул Название Кол-во Цена Скидка НДС Сумма",
                f"1 {first.sku} Чай 2 390,00 ₽ 78,00 ₽ 22 % 702,00 ₽",
                f"2 {second.sku} Иван-чай 1 420,00 ₽ 42,00 ₽ 22 % 378,00 ₽",
                "Доставка (Курьер) 350,00 ₽ 0,00 ₽ 22 % 350,00 ₽",
                "Товары: 1 200,00 ₽",
                "Скидка «10 % на чай» (TEA10): −120,00 ₽",
                "Доставка (Курьер): 350,00 ₽",
                "К оплате: 1 430,00 ₽",
                "в том числе НДС 22 %: 257,86 ₽",
                "Оплата: По счёту",
                f"Счёт № {order.pk}, страница 1 из 1",
            ],
            "en": [
                "Online Store",
                f"Invoice #{order.pk}",
                "Date: 1 March 2026",
                "Customer: anna@example.com",
                "Bill to: Delivery address:",
                "Anna Анна Смирнова",
                "ООО «Ромашка» Мясницкая, 1",
                "Садовая, 3 Москва 101000",
                "Тверь 170000 8 (912) 345-67-89",
                "Tax number: 7701234567",
                "# SKU Name Quantity Price Discount VAT Amount",
                f"1 {first.sku} Чай 2 390.00 ₽ 78.00 ₽ 22 % 702.00 ₽",
                f"2 {second.sku} Иван-чай 1 420.00 ₽ 42.00 ₽ 22 % 378.00 ₽",
                "Delivery (Курьер) 350.00 ₽ 0.00 ₽ 22 % 350.00 ₽",
                "Goods: 1,200.00 ₽",
                "Discount “10 % на чай” (TEA10): −120.00 ₽",
                "Delivery (Курьер): 350.00 ₽",
                "To be paid: 1,430.00 ₽",
                "including VAT 22 %: 257.86 ₽",
                "Payment: По счёту",
                f"Invoice #{order.pk}, page 1 of 1",
            ],
        }[language]
    )


def test_invoice_of_an_erased_customer_shows_no_address(anna: User):
    order = make_full_order(anna, billing_address=BILLING)
    User.objects.filter(pk=anna.pk).update(erased_at=timezone.now())

    text = "\n".join(lines_of(drawn(Order.objects.get(pk=order.pk))))

    assert "Адрес" not in text
    assert "Ромашка" not in text
    assert "К оплате: 1 430,00 ₽" in text


def test_largest_amounts_stay_within_their_columns_with_discounts_and_taxes(anna: User):
    dear = make_product(price="99999999.99", stock=10_000, name="Яхта " * 51, sku="Y" * 64)
    order = make_full_order(anna, items=[BasketLine(dear.pk, 9_000)])

    pdf = drawn(order)

    assert "809 999 999 919,00 ₽" in " ".join(lines_of(pdf))
    assert [pair for pair in overlapping_pieces_of(pdf) if pair[1] != "the edge" and "₽" not in pair[0]] == []
    assert max(x for x, _y, _text in pieces_of(pdf)) < A4[0] - MARGIN


def test_names_of_recipients_are_drawn_as_they_are_and_do_nothing(anna: User):
    order = make_full_order(anna, shipping_address=replace(SHIPPING, name="<b>Bold</b> & Co"))

    assert lines_of(drawn(order))[5] == "<b>Bold</b> & Co"
