"""Automatic promotions as a part of the configuration."""

from apps.promotions.models import Promotion
from apps.store.configuration_cache import configures

configures(Promotion)
