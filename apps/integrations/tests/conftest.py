"""Fixtures for the tests of integrations."""

from apps.integrations.tests.feeds import shop

__all__ = ["shop"]
