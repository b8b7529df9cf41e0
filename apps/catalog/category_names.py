"""How a table of products names a category: so that it can be found again, and by people.

Names are not unique. A name means the oldest category that has it; where none has it, it is read as a slug,
for which slashes before it make room when a category is called like the slug of another.
"""

from collections.abc import Iterable, Mapping

from apps.catalog.models import Category


def names_of_categories() -> dict[int, str]:
    """Return what a table calls each category (by id)."""
    categories = list(Category.objects.order_by("-pk").values_list("pk", "name", "slug"))
    oldest = {name: pk for pk, name, _slug in categories}
    return {
        pk: name if oldest[name] == pk and name == name.strip() else _unlike(slug, oldest)
        for pk, name, slug in categories
    }


def categories_called(names: Iterable[str]) -> dict[str, Category]:
    """Return the categories that a table calls so; a name that finds none is left out."""
    wanted = set(names)
    by_name = {
        category.name: category for category in Category.objects.filter(name__in=wanted).order_by("-pk")
    }
    slugs = {name: name.lstrip("/") for name in wanted - by_name.keys()}
    by_slug = {category.slug: category for category in Category.objects.filter(slug__in=slugs.values())}
    return by_name | {name: by_slug[slug] for name, slug in slugs.items() if slug in by_slug}


def _unlike(slug: str, names: Mapping[str, int]) -> str:
    while slug in names:
        slug = f"/{slug}"
    return slug
