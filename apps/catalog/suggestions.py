"""Suggestions while a customer types: products and categories by the beginnings of their words."""

from collections import defaultdict

from apps.catalog.configuration import CATEGORY_NAMES
from apps.catalog.meant_searches import meant_searches
from apps.catalog.models import Category, Product
from apps.catalog.product_details import read_first_images
from apps.catalog.ranking import Candidate, RankedProducts, Ranking
from apps.catalog.shown_texts import product_texts, with_texts
from apps.catalog.spelling import MIN_STEM
from apps.core.search_words import looked_for, words_of
from apps.store.configuration_cache import current_configuration

PRODUCTS, CATEGORIES = 8, 3  # at most
CATEGORIES_RANKED = 100


def suggested_products(text: str) -> list[Product]:
    """Return the products on sale that the text finds best, or what may have been meant by it.

    A text of one or two letters, which no index finds inside of words, finds names that begin with it.
    """
    found = _best_products(text)
    others = () if found else meant_searches(text)
    found = next(filter(None, (_best_products(other.text) for other in others)), found)
    read_first_images(found)
    return found


def suggested_categories(text: str) -> list[Category]:
    """Return the categories on sale that the text finds best by their names, in whatever language."""
    ranking, names = Ranking(text), defaultdict[int, list[str]](list)
    for (category_id, _language), name in current_configuration()[CATEGORY_NAMES].items():
        names[category_id].append(name)
    translated = [each for each, known in names.items() if any(map(ranking.is_in_name, known))]
    on_sale = Category.objects.on_sale()
    found = with_texts(on_sale.matching(text) | on_sale.filter(pk__in=translated)).only("name", "slug")
    ranked = [
        (ranking.key(Candidate(each.pk, each.name, search_terms="\n".join(names[each.pk]))), each)
        for each in found[:CATEGORIES_RANKED]
        if any(map(ranking.is_in_name, [each.name, *names[each.pk]]))
    ]
    return [category for _key, category in sorted(ranked, key=lambda each: each[0])[:CATEGORIES]]


def _best_products(text: str) -> list[Product]:
    words = looked_for(words_of(text))
    if not words:
        return []
    on_sale = Product.objects.on_sale()
    is_short = max(map(len, words)) < MIN_STEM
    found = on_sale.starting_with(" ".join(words)) if is_short else on_sale.matching(text)
    shown = found.annotate(texts=product_texts("name")).only("name", "slug", "price")  # type: ignore[no-redef]
    return RankedProducts(shown, text, among=on_sale)[0:PRODUCTS]
