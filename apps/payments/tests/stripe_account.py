"""The fixture of an account at the fake Stripe, for tests that import it."""

from collections.abc import Iterator

import pytest

from apps.payments.tests.fake_stripe import KEY, FakeStripe
from apps.payments.tests.stripe_server import SECRET, serving


@pytest.fixture(name="account")
def stripe_account(settings) -> Iterator[FakeStripe]:
    """Return an account at Stripe that the store has the keys of."""
    account = FakeStripe()
    with serving(account) as address:
        settings.STRIPE_API_URL = address
        settings.STRIPE_SECRET_KEY = KEY
        settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
        settings.PAYMENT_PROVIDERS = ["manual", "stripe"]
        settings.PAYMENT_RETURN_URLS = ["https://shop.example", "myshop://"]
        yield account
