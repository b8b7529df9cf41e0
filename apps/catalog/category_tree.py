"""Tree of categories in memory: for the taxes and promotions of what lies in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from apps.catalog.models import Category


@dataclass(frozen=True)
class CategoryTree:
    """The categories by id: what they lie in, and the tax class that some of them have."""

    parents: Mapping[int, int | None]
    tax_class_ids: Mapping[int, int | None]

    def path(self, category_id: int) -> Iterator[int]:
        """Yield the category, and each one above it."""
        at: int | None = category_id
        while at is not None:
            yield at
            at = self.parents.get(at)

    def tax_class_id(self, category_id: int) -> int | None:
        """Return the tax class of the category: its own, or that of the nearest one above which has one."""
        classes = (self.tax_class_ids.get(each) for each in self.path(category_id))
        return next((found for found in classes if found is not None), None)


def load_category_tree() -> CategoryTree:
    """Read the categories."""
    rows = list(Category.objects.values_list("pk", "parent_id", "tax_class_id"))
    return CategoryTree({pk: parent for pk, parent, _ in rows}, {pk: tax for pk, _, tax in rows})
