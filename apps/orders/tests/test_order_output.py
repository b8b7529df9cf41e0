"""Compiled output of orders: the same as their fields write."""

import pytest
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from apps.catalog.tests.factories import make_product
from apps.orders.api.serializers.orders import (
    OrderItemOutput,
    OrderOutput,
    OrderRowOutput,
    StatusChangeOutput,
)
from apps.orders.api.serializers.staff import StaffOrderOutput, StaffOrderRowOutput, StaffStatusChangeOutput
from apps.orders.models import Order
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.orders.tests.factories import make_order

pytestmark = pytest.mark.django_db
ORDERS = (OrderOutput, OrderRowOutput, StaffOrderOutput, StaffOrderRowOutput)
PARTS = (
    (OrderItemOutput, "fetched_items"),
    (StatusChangeOutput, "fetched_status_changes"),
    (StaffStatusChangeOutput, "fetched_status_changes"),
)


@pytest.fixture
def order(customer, staff):
    made = make_order(customer, {make_product(price="0.10", name="Мёд «Липовый» <b>"): 3, make_product(): 1})
    change_status(order_id=made.pk, new_status=OrderStatus.PROCESSING, comment="Ok", changed_by=staff)
    return Order.objects.with_items().with_items_count().get(pk=made.pk)


@pytest.mark.parametrize("serializer", ORDERS)
@pytest.mark.parametrize("reader", ["customer", "staff"])
def test_order_is_written_as_its_fields_say(serializer, reader, order, request):
    asked = Request(APIRequestFactory().get("/"))
    asked.user = request.getfixturevalue(reader)
    output = serializer(order, context={"request": asked})

    assert output.data == serializers.ModelSerializer.to_representation(output, order)
    assert list(output.data) == list(serializer.Meta.fields)


@pytest.mark.parametrize("serializer", ORDERS)
def test_fields_are_not_asked_for_each_order(serializer, order, customer, monkeypatch):
    asked = Request(APIRequestFactory().get("/"))
    asked.user = customer
    written = serializer(order, context={"request": asked}).data

    monkeypatch.delattr(serializers.Field, "get_attribute")  # by which a field reads its value

    assert serializer(order, context={"request": asked}).data == written


@pytest.mark.parametrize(("serializer", "parts"), PARTS)
def test_lines_and_moves_are_written_as_their_fields_say(serializer, parts, order):
    for part in getattr(order, parts):
        output = serializer(part)

        assert output.data == serializers.ModelSerializer.to_representation(output, part)
        assert list(output.data) == list(serializer.Meta.fields)
