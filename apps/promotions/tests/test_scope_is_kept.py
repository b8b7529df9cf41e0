"""A promotion for some products or categories never becomes one for everything because they are deleted."""

import pytest
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from apps.catalog.models import Category, Product
from apps.catalog.tests.factories import make_category, make_product
from apps.promotions.tests.factories import make_promotion
from apps.users.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def test_category_of_a_promotion_is_not_deleted_by_the_api(staff_api):
    category = make_category()
    promotion = make_promotion(categories=[category])

    response = staff_api.delete(f"/api/v1/categories/{category.pk}/?hard=true")

    assert (response.status_code, response.json()["code"]) == (409, "category_not_empty")
    assert list(promotion.categories.all()) == [category]


def test_category_of_a_promotion_is_not_deleted_in_the_admin(client: Client, staff: User):
    client.force_login(staff)
    category = make_category()
    promotion = make_promotion(categories=[category])

    page = client.post(reverse("admin:catalog_category_delete", args=[category.pk]), {"post": "yes"})

    assert page.context["protected"] == ["Акция: Скидка"]
    assert list(promotion.categories.all()) == [category]


def test_product_of_a_promotion_is_not_deleted():
    product = make_product(stock=0)
    promotion = make_promotion(products=[product])

    with pytest.raises(ProtectedError):
        product.delete()
    with pytest.raises(ProtectedError):
        Product.objects.filter(pk=product.pk).delete()

    assert list(promotion.products.all()) == [product]


def test_promotion_itself_can_be_deleted_with_its_scope():
    category = make_category()
    promotion = make_promotion(categories=[category])

    promotion.delete()

    category.delete()
    assert not Category.objects.filter(pk=category.pk).exists()
