"""The tree of categories, and their names in further languages, as parts of the configuration."""

from apps.catalog.category_tree import load_category_tree
from apps.catalog.models import Category, CategoryTranslation
from apps.catalog.shown_texts import load_category_names
from apps.store.configuration_cache import ConfigurationPart, configures

CATEGORY_TREE = ConfigurationPart(load_category_tree)
CATEGORY_NAMES = ConfigurationPart(load_category_names)
configures(Category, CategoryTranslation)
