"""Stripe is offered only with its credentials, and only where it counts money as the store does."""

import pytest
from django.core.exceptions import ImproperlyConfigured

KEY = "rk_live_51Abc"
OFFERED = {
    "PAYMENT_PROVIDERS": "manual,stripe",
    "STRIPE_SECRET_KEY": KEY,
    "STRIPE_WEBHOOK_SECRETS": "whsec_a",
}


@pytest.mark.parametrize("name", ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS"])
def test_stripe_is_not_offered_without_its_credentials(start, name):
    with pytest.raises(ImproperlyConfigured) as refused:
        start(**OFFERED | {name: ""})

    assert str(refused.value) == (
        f"The configuration is invalid. {name} must be set, because PAYMENT_PROVIDERS names stripe."
    )


def test_store_that_does_not_offer_stripe_needs_none(start):
    given = start()

    assert given["PAYMENT_PROVIDERS"] == ["manual"]
    assert (given["STRIPE_SECRET_KEY"], given["STRIPE_WEBHOOK_SECRETS"]) == ("", [])


def test_secret_of_the_webhook_can_be_changed_without_a_pause(start):
    given = start(**OFFERED | {"STRIPE_WEBHOOK_SECRETS": "whsec_old, whsec_new"})

    assert given["STRIPE_WEBHOOK_SECRETS"] == ["whsec_old", "whsec_new"]
    assert (given["STRIPE_SECRET_KEY"], given["STRIPE_API_URL"]) == (KEY, "https://api.stripe.com")


def test_currency_that_stripe_does_not_divide_is_refused(start):
    with pytest.raises(ImproperlyConfigured, match="Stripe knows no hundredths of STORE_CURRENCY, MGA"):
        start(**OFFERED, STORE_CURRENCY="MGA")
