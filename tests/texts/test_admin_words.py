"""Names of the admin's pages, and counts of their rows, in both languages."""

import html
import json
import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.utils.translation import override

from apps.catalog.models import StockMovement
from apps.catalog.tests.factories import make_category, make_product
from apps.core.admin.changelists import AtLeast
from apps.orders.tests.factories import make_order
from apps.users.models import User

NUMBERS = (1, 2, 5, 11, 21)
ENGLISH = {
    "auth.group": ("group", "groups"),
    "audit.auditentry": ("entry", "entries"),
    "catalog.attribute": ("attribute", "attributes"),
    "catalog.category": ("category", "categories"),
    "catalog.product": ("product", "products"),
    "catalog.productgroup": ("group of variants", "groups of variants"),
    "catalog.stockmovement": ("movement", "movements"),
    "delivery.deliverymethod": ("delivery method", "delivery methods"),
    "delivery.deliveryzone": ("delivery zone", "delivery zones"),
    "delivery.pickuppoint": ("pick-up point", "pick-up points"),
    "import_export.export": ("export", "exports"),
    "integrations.feed": ("feed", "feeds"),
    "jobs.job": ("job", "jobs"),
    "orders.order": ("order", "orders"),
    "orders.paymentmethod": ("payment method", "payment methods"),
    "payments.payment": ("payment", "payments"),
    "payments.refund": ("refund", "refunds"),
    "store.seller": ("seller", "sellers"),
    "store.taxclass": ("tax class", "tax classes"),
    "promotions.promotion": ("promotion", "promotions"),
    "promotions.promotioncode": ("code", "codes"),
    "promotions.redemption": ("use", "uses"),
    "users.session": ("session", "sessions"),
    "users.user": ("user", "users"),
}
RUSSIAN = {
    "auth.group": ("группа", "группы", "групп"),
    "audit.auditentry": ("запись", "записи", "записей"),
    "catalog.attribute": ("характеристика", "характеристики", "характеристик"),
    "catalog.category": ("категория", "категории", "категорий"),
    "catalog.product": ("товар", "товара", "товаров"),
    "catalog.productgroup": ("группа вариантов", "группы вариантов", "групп вариантов"),
    "catalog.stockmovement": ("движение", "движения", "движений"),
    "delivery.deliverymethod": ("способ доставки", "способа доставки", "способов доставки"),
    "delivery.deliveryzone": ("зона доставки", "зоны доставки", "зон доставки"),
    "delivery.pickuppoint": ("пункт выдачи", "пункта выдачи", "пунктов выдачи"),
    "import_export.export": ("выгрузка", "выгрузки", "выгрузок"),
    "integrations.feed": ("фид", "фида", "фидов"),
    "jobs.job": ("задание", "задания", "заданий"),
    "orders.order": ("заказ", "заказа", "заказов"),
    "orders.paymentmethod": ("способ оплаты", "способа оплаты", "способов оплаты"),
    "payments.payment": ("платёж", "платежа", "платежей"),
    "payments.refund": ("возврат", "возврата", "возвратов"),
    "store.seller": ("продавец", "продавца", "продавцов"),
    "store.taxclass": ("ставка налога", "ставки налога", "ставок налога"),
    "promotions.promotion": ("акция", "акции", "акций"),
    "promotions.promotioncode": ("промокод", "промокода", "промокодов"),
    "promotions.redemption": ("применение", "применения", "применений"),
    "users.session": ("сеанс", "сеанса", "сеансов"),
    "users.user": ("пользователь", "пользователя", "пользователей"),
}
ADMINS = {model._meta.label_lower: each for model, each in admin.site._registry.items()}


@pytest.fixture
def olga(client: Client, make_user) -> User:
    client.force_login(make_user(username="boss", is_staff=True, is_superuser=True))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    return make_user(username="olga")


def test_every_kind_of_row_is_counted():
    assert set(ADMINS) == set(ENGLISH) == set(RUSSIAN)


@pytest.mark.parametrize("label", ENGLISH)
def test_rows_are_counted_in_english(label: str):
    one, many = ENGLISH[label]

    with override("en"):
        counted = [ADMINS[label].count_in_words(number) for number in NUMBERS]

    assert counted == [f"1 {one}", f"2 {many}", f"5 {many}", f"11 {many}", f"21 {many}"]


@pytest.mark.parametrize("label", RUSSIAN)
def test_rows_are_counted_in_russian(label: str):
    one, few, many = RUSSIAN[label]

    with override("ru"):
        counted = [ADMINS[label].count_in_words(number) for number in NUMBERS]

    assert counted == [f"1 {one}", f"2 {few}", f"5 {many}", f"11 {many}", f"21 {one}"]


def test_rows_that_were_not_counted_to_the_end_say_so():
    with override("ru"):
        assert ADMINS["catalog.product"].count_in_words(AtLeast(10_000)) == "10000+ товаров"


@pytest.mark.django_db
def test_list_is_called_by_its_rows_and_counts_them(client: Client, olga: User):
    for number in range(5):
        make_product(sku=f"Ч-{number}")

    text = shown(client, "/admin/catalog/product/")

    assert "<h1>Товары</h1>" in text
    assert "<title>Товары |" in text
    assert '<p class="paginator"> 5 товаров ' in text
    assert '<a href="/admin/catalog/product/add/" class="addlink"> Добавить </a>' in text
    assert "<h1>Пользователи</h1>" in shown(client, "/admin/users/user/")


@pytest.mark.django_db
def test_form_is_called_by_its_row(client: Client, olga: User):
    tea = make_product(name="Чай " * 30, sku="Ч")
    order = make_order(olga, {tea: 1})
    movement = StockMovement.objects.filter(product=tea).earliest("pk")

    assert "<h1>Изменение: olga</h1>" in shown(client, f"/admin/users/user/{olga.pk}/change/")
    assert f"<h1>Изменение: {'Чай ' * 11}Чай…</h1>" in shown(
        client, f"/admin/catalog/product/{tea.pk}/change/"
    )
    assert "<h1>Движение товара: +" in shown(client, f"/admin/catalog/stockmovement/{movement.pk}/change/")
    assert f"<h1>Заказ № {order.pk}</h1>" in shown(client, f"/admin/orders/order/{order.pk}/change/")
    assert "<h1>Добавление: категория</h1>" in shown(client, "/admin/catalog/category/add/")


@pytest.mark.django_db
def test_messages_need_no_gender(client: Client, olga: User):
    category = make_category(name="Посуда")
    kitchen = {"name": "Кухня", "slug": "", "parent": "", "description": "", "is_active": "on"}

    added = client.post("/admin/catalog/category/add/", kitchen, follow=True)
    chosen = {"action": "delete_selected", "_selected_action": [category.pk], "post": "yes"}
    deleted = client.post("/admin/catalog/category/", chosen, follow=True)

    assert "Добавлено: категория «<a" in added.text
    assert "Удалено: 1." in deleted.text
    assert '<option value="delete_selected">Удалить выбранное</option>' in added.text


@pytest.mark.django_db
def test_words_of_django_are_good_russian(client: Client, olga: User):
    Group.objects.all().delete()
    shift = Group.objects.create(name="Смена")

    user = shown(client, f"/admin/users/user/{olga.pk}/change/")

    assert "<p>Пока нет</p>" in shown(client, "/admin/")
    assert ["Активен" in user, "Сотрудник" in user, "Суперпользователь" in user] == [True] * 3
    assert "единый вход (SSO) или LDAP" in shown(client, "/admin/users/user/add/")
    assert "Изменений пока не было." in shown(client, f"/admin/auth/group/{shift.pk}/history/")
    assert "В продаже" in shown(client, "/admin/catalog/product/add/")
    assert json.dumps({"Remove all %s": "Убрать все"})[1:-1] in client.get("/admin/jsi18n/").text


def shown(client: Client, address: str) -> str:
    """Return the page with single spaces."""
    return re.sub(r"\s+", " ", html.unescape(client.get(address).text))
