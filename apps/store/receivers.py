"""Receivers that give the configuration another version when taxes change."""

from apps.store.configuration import configures
from apps.store.models import TaxClass, TaxRate

configures(TaxClass, TaxRate)
