"""`load_demo`: demo data for an empty store, once."""

import pytest
from django.core.management import call_command

from apps.catalog.models import Category, Product
from apps.catalog.tests.factories import make_product
from apps.users.models import User

PASSWORD = "online-store-demo"

pytestmark = pytest.mark.django_db


@pytest.fixture
def embedded(settings):
    settings.STORE_EMBEDDED = True


@pytest.mark.usefixtures("embedded")
def test_empty_store_gets_products_and_logins(api):
    call_command("load_demo")

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
    call_command("load_demo")

    assert api.get("/api/v1/products/", {"search": "чай черный"}).json()["count"] >= 1
    assert api.get("/api/v1/products/", {"search": "BLACK TEA"}).json()["count"] >= 1


@pytest.mark.usefixtures("embedded")
def test_second_start_changes_nothing():
    call_command("load_demo")
    Product.objects.update(stock=1, name="Edited")
    User.objects.get(username="customer").delete()
    User.objects.filter(username="admin").update(password="changed")

    call_command("load_demo")

    assert set(Product.objects.values_list("stock", "name")) == {(1, "Edited")}
    assert list(User.objects.values_list("username", "password")) == [("admin", "changed")]


@pytest.mark.usefixtures("embedded")
def test_store_that_has_products_keeps_them_alone():
    own = make_product()

    call_command("load_demo")

    assert list(Product.objects.all()) == [own]
    assert User.objects.count() == 2


@pytest.mark.usefixtures("embedded")
def test_store_that_has_users_gets_no_logins(customer):
    call_command("load_demo")

    assert list(User.objects.all()) == [customer]
    assert Product.objects.exists()


def test_logins_whose_password_everybody_knows_are_for_the_embedded_mode_only(settings):
    settings.STORE_EMBEDDED = False

    call_command("load_demo")

    assert Product.objects.exists()
    assert not User.objects.exists()
