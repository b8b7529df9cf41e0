"""Whatever customers send, and those who are none, is answered as the schema says."""

import pytest

pytest.importorskip("schemathesis", reason="needs schemathesis: requirements-dev.txt")

from tests.support.fuzzing import LEAST, fuzz, shop

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True, reset_sequences=True)]

__all__ = ["shop"]


def test_five_thousand_requests_are_answered_by_all_runs_together():
    assert sum(LEAST.values()) >= 5_000


def test_requests_without_a_token_are_answered_as_described(shop):
    fuzz("coverage", "fuzzing").assert_faultless("anonymous")


def test_requests_of_a_customer_are_answered_as_described(shop, customer):
    fuzz("examples", "coverage", "fuzzing", username=customer.username).assert_faultless("customer")
