"""Automatic promotions as a part of the configuration."""

from apps.promotions.models import Promotion
from apps.promotions.terms import load_promotions
from apps.store.configuration_cache import ConfigurationPart, configures

PROMOTIONS = ConfigurationPart(load_promotions)
configures(Promotion)
