"""Names of categories in tables of products: paths that people read and the import finds again.

Names are not unique. A name means the oldest category that has it as it is written, else the oldest that has
it in whatever case and spelling. Where none has it, it is read as a slug, for which slashes before it make
room when a category is called like the slug of another; else as a path, as `Dishes > Mugs` is Mugs in Dishes.
"""

from collections.abc import Container, Iterable
from itertools import accumulate

from apps.catalog.models import Category
from apps.core.normalization import NAME

_BELOW = " > "


def parts_of(name: str) -> list[str]:
    """Return the names along the path that the name may be, from the top."""
    return name.split(_BELOW)


def paths_to(name: str) -> list[str]:
    """Return the paths to each category along the path, from the top; the last one is the name itself."""
    return list(accumulate(parts_of(name), lambda above, below: f"{above}{_BELOW}{below}"))


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
    called |= {name: category for name, category in read.items() if category}
    paths = [name for name in keys if name not in called and _BELOW in name]
    return called | _at_paths(paths) if paths else called


def _at_paths(paths: Iterable[str]) -> dict[str, Category]:
    """Return the categories at the paths. Each begins with what any table may call its first category."""
    parts = {path: parts_of(path) for path in paths}
    tops = categories_called({names[0] for names in parts.values()})
    keys = {NAME.key(name) for names in parts.values() for name in names[1:]}
    below = Category.objects.filter(name_key__in=keys, parent__isnull=False).order_by("-pk")
    children = {(row.parent_id, row.name_key): row for row in below}
    found: dict[str, Category] = {}
    for path, (top, *others) in parts.items():
        place = tops.get(top)
        for name in others:
            place = children.get((place.pk, NAME.key(name))) if place else None
        if place:
            found[path] = place
    return found


def _unlike(slug: str, keys: Container[str]) -> str:
    while NAME.key(slug) in keys:
        slug = f"/{slug}"
    return slug
