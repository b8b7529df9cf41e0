"""Suggestions while a customer types: products and categories by the beginnings of their words."""

from apps.catalog.meant_searches import meant_searches
from apps.catalog.models import Category, Product
from apps.catalog.product_details import read_first_images
from apps.catalog.ranking import Candidate, RankedProducts, Ranking
from apps.catalog.shown_texts import product_texts, with_texts
from apps.catalog.spelling import MIN_STEM
from apps.core.search_words import looked_for, words_of

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
    """Return the categories on sale whose names the text finds best."""
    found = with_texts(Category.objects.on_sale().matching(text)).only("name", "slug")
    ranking = Ranking(text)
    ranked = [
        (ranking.key(Candidate(category.pk, category.name)), category)
        for category in found[:CATEGORIES_RANKED]
        if ranking.is_in_name(category.name)
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
