"""Each app registers its audited models."""

import pytest
from django.apps import apps

from apps.audit.models import Action
from apps.audit.registry import audited_models
from apps.audit.services import record


def test_apps_register_what_is_audited():
    assert [label for label, _name in audited_models()] == [
        "auth.group",
        "catalog.attribute",
        "catalog.attributevalue",
        "catalog.category",
        "catalog.groupoption",
        "catalog.product",
        "catalog.productgroup",
        "catalog.productimage",
        "delivery.deliverymethod",
        "delivery.deliveryzone",
        "delivery.pickuppoint",
        "jobs.job",
        "orders.order",
        "orders.paymentmethod",
        "payments.payment",
        "payments.refund",
        "promotions.promotion",
        "promotions.promotioncode",
        "store.seller",
        "store.taxclass",
        "store.taxrate",
        "users.user",
    ]


@pytest.mark.django_db
def test_nothing_else_is_recorded():
    movement = apps.get_model("catalog.stockmovement")(pk=1)

    with pytest.raises(LookupError, match=r"catalog\.stockmovement"):
        record(Action.CREATED, movement)
