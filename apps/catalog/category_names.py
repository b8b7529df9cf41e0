"""How a table of products names a category: so that it can be found again, and by people.

Names are not unique. A name means the oldest category that has it as it is written, else the oldest that has
it in whatever case and spelling. Where none has it, it is read as a slug, for which slashes before it make
room when a category is called like the slug of another.
"""

from collections.abc import Container, Iterable

from apps.catalog.models import Category
from apps.common.identity import NAME


def names_of_categories() -> dict[int, str]:
    """Return what a table calls each category (by id)."""
    categories = list(Category.objects.order_by("-pk").values_list("pk", "name", "slug"))
    oldest = {name: pk for pk, name, _slug in categories}
    keys = {NAME.key(name) for name in oldest}
    return {
        pk: name if oldest[name] == pk and name == NAME.clean(name) else _unlike(slug, keys)
        for pk, name, slug in categories
    }


def categories_called(names: Iterable[str]) -> dict[str, Category]:
    """Return the categories that a table calls so; a name that finds none is left out."""
    keys = {name: NAME.key(name) for name in names}
    found = list(Category.objects.filter(name_key__in=set(keys.values())).order_by("-pk"))
    by_key, by_name = {row.name_key: row for row in found}, {row.name: row for row in found}
    called = {name: by_name.get(name) or by_key[key] for name, key in keys.items() if key in by_key}
    slugs = {name: name.lstrip("/") for name in keys if name not in called}
    spellings = {spelling for slug in slugs.values() for spelling in (slug, slug.lower())}
    by_slug = {category.slug: category for category in Category.objects.filter(slug__in=spellings)}
    read = {name: by_slug.get(slug) or by_slug.get(slug.lower()) for name, slug in slugs.items()}
    return called | {name: category for name, category in read.items() if category}


def _unlike(slug: str, keys: Container[str]) -> str:
    while NAME.key(slug) in keys:
        slug = f"/{slug}"
    return slug
