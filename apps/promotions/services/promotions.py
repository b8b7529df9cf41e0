"""Promotions: created, changed and deleted by staff."""

from collections.abc import Collection
from typing import Any

from apps.audit.models import Action
from apps.audit.services import (
    changes_between,
    changes_from_nothing,
    changes_to_nothing,
    record,
    record_change,
    values_of,
)
from apps.catalog.models import Category, Product
from apps.core.database.transactions import retried_atomic
from apps.promotions.models import Promotion
from apps.promotions.services.limit_changes import count_present_uses, refuse_limit_below_uses

SCOPE = ("products", "categories")


@retried_atomic
def create_promotion(
    *, products: Collection[Product] = (), categories: Collection[Category] = (), **values: Any
) -> Promotion:
    """Create a promotion for these products and categories; without any, for everything.

    Raises ValidationError for values that cannot be.
    """
    promotion = Promotion(**values)
    promotion.full_clean(validate_constraints=False)
    promotion.save(force_insert=True)
    promotion.products.set(products)
    promotion.categories.set(categories)
    record(Action.CREATED, promotion, changes_from_nothing(_values_of(promotion)))
    return promotion


@retried_atomic
def update_promotion(promotion_id: int, **changes: Any) -> Promotion:
    """Change the given fields of a promotion; a limit that is set counts the uses that there are.

    Raises Promotion.DoesNotExist, and ValidationError for values that cannot be.
    """
    promotion = Promotion.objects.locked().get(pk=promotion_id)
    before = _values_of(promotion)
    columns = [name for name in changes if name not in SCOPE]
    for name in columns:
        setattr(promotion, name, changes[name])
    promotion.full_clean(validate_constraints=False)
    if promotion.is_limited and not changes.keys().isdisjoint(Promotion.LIMITS):
        refuse_limit_below_uses(promotion, promotion.usage_limit)
        count_present_uses(promotion)
    promotion.save(update_fields=[*columns, "used"])
    for name in changes.keys() & set(SCOPE):
        getattr(promotion, name).set(changes[name])
    record_change(promotion, changes_between(before, _values_of(promotion)))
    return promotion


@retried_atomic
def delete_promotion(promotion_id: int) -> None:
    """Delete a promotion that has no codes.

    Raises Promotion.DoesNotExist, and ProtectedError when it has any.
    """
    promotion = Promotion.objects.select_for_update().get(pk=promotion_id)
    record(Action.DELETED, promotion, changes_to_nothing(_values_of(promotion)))
    promotion.delete()


def _values_of(promotion: Promotion) -> dict[str, Any]:
    scope = Promotion.objects.with_scope().get(pk=promotion.pk)
    ids = {"products": scope.product_ids, "categories": scope.category_ids}
    return values_of(promotion, promotion.AUDITED_FIELDS) | {
        name: ", ".join(map(str, sorted(found or ()))) for name, found in ids.items()
    }
