"""A provider of payments that is offered must have its credentials at start-up."""

import pytest
from django.core.exceptions import ImproperlyConfigured


def test_yookassa_without_its_credentials_is_refused(start):
    with pytest.raises(ImproperlyConfigured) as refused:
        start(PAYMENT_PROVIDERS="manual,yookassa")

    assert str(refused.value) == (
        "The configuration is invalid."
        "\n- YOOKASSA_SHOP_ID must be set, because PAYMENT_PROVIDERS names yookassa."
        "\n- YOOKASSA_SECRET_KEY must be set, because PAYMENT_PROVIDERS names yookassa."
    )


def test_yookassa_is_offered_with_its_credentials(start):
    given = start(
        PAYMENT_PROVIDERS="yookassa",
        YOOKASSA_SHOP_ID="100500",
        YOOKASSA_SECRET_KEY="test_key",
        YOOKASSA_NETWORKS="185.71.76.0/27, 77.75.156.11",
    )

    assert given["PAYMENT_PROVIDERS"] == ["yookassa"]
    assert (given["YOOKASSA_SHOP_ID"], given["YOOKASSA_SECRET_KEY"]) == ("100500", "test_key")
    assert given["YOOKASSA_NETWORKS"] == ["185.71.76.0/27", "77.75.156.11"]
    assert given["YOOKASSA_API_URL"] == "https://api.yookassa.ru/v3"


def test_credentials_are_not_asked_for_where_nobody_pays_by_them(start):
    given = start()

    assert given["PAYMENT_PROVIDERS"] == ["manual"]
    assert (given["YOOKASSA_SHOP_ID"], given["YOOKASSA_SECRET_KEY"]) == ("", "")
    assert (given["YOOKASSA_NETWORKS"], given["RECEIPT_PREPAYMENT_VAT"]) == ([], "plain")
