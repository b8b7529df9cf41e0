"""A provider of payments that is offered must have its credentials at start-up."""

import stat

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


def test_customers_are_led_back_to_the_store_s_own_addresses(start):
    app = {"STORE_URL": "https://api.shop.example", "STORE_APP_URL": "https://shop.example/#"}
    local = [f"{scheme}://{host}:*" for scheme in ("http", "https") for host in ("localhost", "127.0.0.1")]
    given = {"PAYMENT_RETURN_URLS": "https://shop.example/paid, myshop://,http://localhost:*"}

    assert start()["PAYMENT_RETURN_URLS"] == ["http://127.0.0.1:8000"]
    assert start(**app)["PAYMENT_RETURN_URLS"] == ["https://api.shop.example", "https://shop.example"]
    assert start(STORE_EMBEDDED="true")["PAYMENT_RETURN_URLS"] == ["http://127.0.0.1:8000", *local]
    assert start(STORE_EMBEDDED="true", **given)["PAYMENT_RETURN_URLS"] == [
        "https://shop.example/paid",
        "myshop://",
        "http://localhost:*",
    ]


def test_embedded_start_offers_the_emulator_and_keeps_its_secret(start, tmp_path):
    served, embedded, again = start(), start(STORE_EMBEDDED="true"), start(STORE_EMBEDDED="true")
    given = start(STORE_EMBEDDED="true", PAYMENT_EMULATOR_SECRET="given")

    assert (served["PAYMENT_PROVIDERS"], served["PAYMENT_EMULATOR_SECRET"]) == (["manual"], "")
    assert embedded["PAYMENT_PROVIDERS"] == ["manual", "emulator"]
    kept = tmp_path / "var" / "payment_emulator_secret"
    assert embedded["PAYMENT_EMULATOR_SECRET"] == again["PAYMENT_EMULATOR_SECRET"] == kept.read_text()
    assert len(kept.read_text()) >= 50
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert given["PAYMENT_EMULATOR_SECRET"] == "given"


def test_emulator_of_a_store_that_is_not_embedded_is_to_be_named(start):
    offered = {"PAYMENT_PROVIDERS": "manual, emulator"}
    place = {"PAYMENT_EMULATOR_URL": "http://127.0.0.1:8091", "PAYMENT_EMULATOR_SECRET": "whsec_c2VjcmV0"}

    with pytest.raises(ImproperlyConfigured) as refused:
        start(**offered)

    assert str(refused.value).split("\n- ")[1:] == [
        "PAYMENT_EMULATOR_URL must be set, because PAYMENT_PROVIDERS names emulator.",
        "PAYMENT_EMULATOR_SECRET must be set, because PAYMENT_PROVIDERS names emulator.",
    ]
    for name in place:
        with pytest.raises(ImproperlyConfigured, match=f"{name} must be set"):
            start(**offered, **{**place, name: ""})
    given = start(**offered, **place)
    assert {name: given[name] for name in place} == place
    assert given["CONFIGURATION_WARNINGS"] == (
        "PAYMENT_PROVIDERS offers emulator, whose payments move no money.",
    )
