"""Compiled output of products: the same as their fields write."""

from decimal import Decimal

import pytest
from rest_framework import serializers

from apps.catalog.api.serializers import ProductOutput
from apps.catalog.models import Product
from apps.catalog.product_details import read_first_images
from apps.catalog.tests.factories import make_product

pytestmark = pytest.mark.django_db
AWKWARD = {"name": 'Мёд «Липовый» <b>"1"</b>', "description": "line\nline\t\\ 🍯", "price": Decimal("0.10")}


def read_for_a_list(made):
    product = Product.objects.select_related("category").get(pk=made.pk)
    read_first_images([product])
    return product


def by_fields(product):
    return serializers.ModelSerializer.to_representation(ProductOutput(), product)


@pytest.mark.parametrize(
    "values", [{}, AWKWARD, {"price": Decimal("99999999.99"), "is_active": False}], ids=str
)
def test_product_is_written_as_its_fields_say(values):
    read = read_for_a_list(make_product(**values))

    assert ProductOutput(read).data == by_fields(read)
    assert list(ProductOutput(read).data) == list(ProductOutput.Meta.fields)


def test_moment_without_fractions_is_written_as_its_field_says():
    product = read_for_a_list(make_product())
    product.created_at = product.created_at.replace(microsecond=0)

    assert ProductOutput(product).data["created_at"] == by_fields(product)["created_at"]


def test_fields_are_not_asked_for_each_product(monkeypatch):
    product = read_for_a_list(make_product())
    written = ProductOutput(product).data

    monkeypatch.delattr(serializers.Field, "get_attribute")  # by which a field reads its value

    assert ProductOutput(product).data == written
