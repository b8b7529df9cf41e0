"""`load_demo`: demo data for an empty store, once."""

import pytest
from django.core.management import call_command

from apps.catalog.models import Category, Product
from apps.catalog.tests.factories import make_product
from apps.delivery.models import DeliveryMethod, DeliveryZone, PickupPoint
from apps.delivery.tests.factories import make_method
from apps.promotions.models import Promotion, PromotionCode
from apps.store.models import TaxClass
from apps.users.models import User

PASSWORD = "online-store-demo"

pytestmark = pytest.mark.django_db


@pytest.fixture
def embedded(settings):
    settings.STORE_EMBEDDED = True


@pytest.mark.usefixtures("embedded")
def test_empty_store_gets_products_and_logins(api):
    call_command("load_demo", "--without-pictures")

    assert Category.objects.count() == 11
    assert Product.objects.count() >= 60
    assert not Product.objects.filter(price=0).exists()
    assert Product.objects.filter(stock__gt=0).count() >= 50
    assert api.get("/api/v1/products/").json()["count"] == Product.objects.count()
    admin, customer = User.objects.get(username="admin"), User.objects.get(username="customer")
    assert (admin.is_staff, admin.is_superuser) == (True, True)
    assert (customer.is_staff, customer.is_superuser) == (False, False)
    for name in ("admin", "customer"):
        response = api.post("/api/v1/auth/login/", {"username": name, "password": PASSWORD})
        assert response.status_code == 200


@pytest.mark.usefixtures("embedded")
def test_demo_is_found_in_both_languages(api):
    call_command("load_demo", "--without-pictures")

    assert api.get("/api/v1/products/", {"search": "чай черный"}).json()["count"] >= 1
    assert api.get("/api/v1/products/", {"search": "BLACK TEA"}).json()["count"] >= 1


@pytest.mark.long  # it draws all pictures
@pytest.mark.usefixtures("embedded")
def test_demo_says_what_it_made(capsys):
    call_command("load_demo")
    assert capsys.readouterr().out.splitlines() == [
        "Demo data: 66 products, 15 of them with a weight and one reduced",
        "Demo data: attributes of 16 products, and a group of 2 variants",
        "Demo data: 3 delivery methods with rates for 2 zones, 5 pick-up points",
        "Demo data: payment methods emulator and cash, and a seller",
        "Demo data: a promotion of 10 % with the codes ЧАЙ10 and TEA10",
        "Demo data: the logins admin and customer",
        "Demo data: 66 pictures",
    ]

    call_command("load_demo")
    assert capsys.readouterr().out == "Demo data: nothing, the store has products of its own\n"


def test_demo_has_ways_of_delivery_in_both_languages():
    call_command("load_demo", "--without-pictures")

    assert list(DeliveryMethod.objects.values_list("code", "name_ru", "name_en", "kind")) == [
        ("courier", "Курьер", "Courier", "courier"),
        ("post", "Почта", "Post", "post"),
        ("pickup_point", "Пункт выдачи", "Pick-up point", "pickup_point"),
    ]
    assert DeliveryZone.objects.count() == 2
    assert PickupPoint.objects.in_use().filter(provider="post").count() == 5
    assert set(PromotionCode.objects.values_list("code", "usage_limit")) == {("ЧАЙ10", None), ("TEA10", None)}
    assert TaxClass.objects.filter(code="standard").exists()


def test_demo_has_a_reduced_product(api):
    call_command("load_demo", "--without-pictures")

    [blanket] = api.get("/api/v1/products/", {"search": "TEX-002"}).json()["results"]
    reduction = ("price", "compare_at_price", "lowest_price_30d", "discount_percent", "weight_g")
    assert [blanket[name] for name in reduction] == ["3990.00", "4750.00", "4750.00", 16, 1400]


@pytest.mark.parametrize(
    ("postal_code", "quantity", "prices"),
    [
        ("101000", 1, {"courier": "350.00", "post": "250.00"}),
        ("141400", 6, {"courier": "200.00", "post": "320.00"}),
        ("620014", 1, {"courier": "590.00", "post": "250.00"}),
        ("620014", 8, {"courier": "0.00", "post": "320.00"}),
    ],
)
def test_demo_delivers_by_zone_weight_and_total(api, customer, postal_code, quantity, prices):
    call_command("load_demo", "--without-pictures")
    api.force_authenticate(customer)
    tea = Product.objects.get(sku="TEA-001")  # 390.00 and 240 g
    address = {"name": "Анна", "phone": "+79123456789", "country": "RU", "city": "-", "line1": "1"}

    quote = api.post(
        "/api/v1/orders/quote/",
        {
            "items": [{"product_id": tea.pk, "quantity": quantity}],
            "shipping_address": {**address, "postal_code": postal_code},
        },
    ).json()

    offered = {each["method"]: each["price"] for each in quote["delivery_options"] if each["available"]}
    assert offered == prices


@pytest.mark.parametrize(("point", "price"), [("101000", "150.00"), ("190000", "290.00")])
@pytest.mark.parametrize("code", ["чай10", "TEA10"])
def test_demo_delivers_to_points_and_takes_codes(api, customer, code, point, price):
    call_command("load_demo", "--without-pictures")
    api.force_authenticate(customer)
    body = {
        "items": [{"product_id": Product.objects.get(sku="TEA-001").pk, "quantity": 1}],
        "delivery": {"method": "pickup_point"},
        "pickup_point": {"provider": "post", "code": point},
        "shipping_address": {"name": "Анна", "phone": "+79123456789", "country": "RU"},
        "coupon": code,
    }

    quote = api.post("/api/v1/orders/quote/", body).json()

    assert (quote["problems"], quote["delivery_price"], quote["discount_total"]) == ([], price, "39.00")


@pytest.mark.usefixtures("embedded")
def test_second_start_changes_nothing():
    call_command("load_demo", "--without-pictures")
    Product.objects.update(stock=1, name="Edited")
    User.objects.get(username="customer").delete()
    User.objects.filter(username="admin").update(password="changed")

    call_command("load_demo", "--without-pictures")

    assert set(Product.objects.values_list("stock", "name")) == {(1, "Edited")}
    assert list(User.objects.values_list("username", "password")) == [("admin", "changed")]


@pytest.mark.usefixtures("embedded")
def test_store_that_has_products_keeps_them_alone():
    own = make_product()

    call_command("load_demo", "--without-pictures")

    assert list(Product.objects.all()) == [own]
    assert not DeliveryMethod.objects.exists()
    assert not Promotion.objects.exists()
    assert User.objects.count() == 2


def test_store_that_has_a_delivery_method_keeps_its_own():
    own = make_method()

    call_command("load_demo", "--without-pictures")

    assert Product.objects.exists()
    assert list(DeliveryMethod.objects.all()) == [own]
    assert not PickupPoint.objects.exists()


@pytest.mark.usefixtures("embedded")
def test_store_that_has_users_gets_no_logins(customer):
    call_command("load_demo", "--without-pictures")

    assert list(User.objects.all()) == [customer]
    assert Product.objects.exists()


def test_logins_whose_password_everybody_knows_are_for_the_embedded_mode_only(settings):
    settings.STORE_EMBEDDED = False

    call_command("load_demo", "--without-pictures")

    assert Product.objects.exists()
    assert not User.objects.exists()
