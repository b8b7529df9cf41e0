"""Tax classes and rates as a part of the configuration."""

from apps.store.configuration_cache import ConfigurationPart, configures
from apps.store.models import TaxClass, TaxRate
from apps.store.taxes import load_taxes

TAXES = ConfigurationPart(load_taxes)
configures(TaxClass, TaxRate)
