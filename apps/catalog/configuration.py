"""The tree of categories as a part of the configuration."""

from apps.catalog.category_tree import load_category_tree
from apps.catalog.models import Category
from apps.store.configuration_cache import ConfigurationPart, configures

CATEGORY_TREE = ConfigurationPart(load_category_tree)
configures(Category)
