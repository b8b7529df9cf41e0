"""No list of the admin asks the database more often for more rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.catalog.tests.factories import make_attribute, make_category, make_product
from apps.catalog.tests.variants import make_group, values
from apps.delivery.tests.factories import make_method, make_point, make_rate, make_zone
from apps.import_export.formats import FileFormat
from apps.import_export.services import order_export
from apps.integrations.models import Feed
from apps.orders.tests.checkout_shop import make_payment_method
from apps.orders.tests.factories import make_order
from apps.payments.models import Refund
from apps.payments.tests.factories import make_payment
from apps.promotions.tests.factories import make_redemption
from apps.store.models import Seller
from apps.store.tests.sellers import make_seller
from apps.users.models import Session, User

LISTS = [
    reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for model in admin.site._registry
]


@pytest.mark.django_db
def test_no_list_asks_more_often_for_more_rows(client: Client, staff: User, make_user: Callable[..., User]):
    client.force_login(staff)
    trade(2, staff, make_user)
    few = questions(client)
    trade(10, staff, make_user)
    many = questions(client)

    assert {address: rows for address, (_count, rows) in many.items() if rows < 4} == {}
    assert {address: count for address, (count, _rows) in many.items()} == {
        address: count for address, (count, _rows) in few.items()
    }


def trade(rounds: int, staff: User, make_user: Callable[..., User]) -> None:
    """Add so many rows to every list."""
    for _round in range(rounds):
        customer = make_user()
        product = make_product(category=make_category(parent=make_category()))
        payment = make_payment(make_order(customer, {product: 1}), created_by=customer)
        Refund.objects.create(payment=payment, order=payment.order, amount=1, status="failed", cause="manual")
        make_group((product, values(size="S", colour="red")))
        make_seller(is_active=not Seller.objects.exists())
        make_rate(make_method(), "350.00", zone=make_zone(("RU", "", ""), ("KZ", "", "")))
        make_point()
        make_payment_method(f"method-{product.pk}")
        make_redemption(customer)
        make_attribute(f"size_{product.pk}", xl="XL")
        Feed.objects.create(kind="yml", folder=f"yml/{product.pk}", status="replaced")
        Session.objects.open(customer)
        order_export(kind="products", query="", listed=1, file_format=FileFormat.PROGRAMS, created_by=staff)


def questions(client: Client) -> dict[str, tuple[int, int]]:
    """Return how many queries each list takes, and how many rows it shows."""
    client.get(LISTS[0])  # content types are kept from here on
    counts: dict[str, tuple[int, int]] = {}
    for address in LISTS:
        with CaptureQueriesContext(connection) as asked:
            response: Any = client.get(address)
        counts[address] = len(asked), len(response.context["cl"].result_list)
    return counts
