"""Codes of promotions: created, changed and deleted by staff, and drawn in batches."""

import secrets
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
from apps.core.database.transactions import retried_atomic
from apps.promotions.models import Promotion, PromotionCode
from apps.promotions.services.limit_changes import count_present_uses, refuse_limit_below_uses

# Codes are read from paper: no character looks like another, such as 0 and O, 1, I and L, 2 and Z, 5 and S.
# And without vowels, no words come out.
ALPHABET = "CDFGHJKMNPQRTVWXY234679"


@retried_atomic
def create_code(**values: Any) -> PromotionCode:
    """Create a code of a promotion. Raises ValidationError for values that cannot be."""
    code = PromotionCode(**values)
    code.full_clean(validate_constraints=False)
    code.save(force_insert=True)
    record(Action.CREATED, code, changes_from_nothing(values_of(code, code.AUDITED_FIELDS)))
    return code


@retried_atomic
def update_code(code_id: int, **changes: Any) -> PromotionCode:
    """Change the limit of a code, or whether it is active; a limit that is set counts the uses there are.

    Raises PromotionCode.DoesNotExist, and ValidationError for values that cannot be.
    """
    (code,) = lock_codes([code_id])
    before = values_of(code, code.AUDITED_FIELDS)
    for name, value in changes.items():
        setattr(code, name, value)
    code.full_clean(exclude=["promotion", "code"], validate_constraints=False)
    if code.usage_limit is not None and "usage_limit" in changes:
        refuse_limit_below_uses(code, code.usage_limit)
        refuse_limit_below_uses(code.promotion, code.promotion.usage_limit)
        count_present_uses(code.promotion)
        code.promotion.save(update_fields=["used"])
        code.used = code.redemptions.unreleased().count()
    code.save(update_fields=[*changes, "used"])
    record_change(code, changes_between(before, values_of(code, code.AUDITED_FIELDS)))
    return code


@retried_atomic
def delete_code(code_id: int) -> None:
    """Delete a code that no order has used.

    Raises PromotionCode.DoesNotExist, and ProtectedError when one has.
    """
    (code,) = lock_codes([code_id])
    record(Action.DELETED, code, changes_to_nothing(values_of(code, code.AUDITED_FIELDS)))
    code.delete()


@retried_atomic
def draw_codes(*, promotion_id: int, number: int, length: int, prefix: str = "") -> list[PromotionCode]:
    """Make random codes that can be used once each: the prefix, and so many characters.

    Raises Promotion.DoesNotExist, and ValidationError for a prefix that no code can have.
    """
    promotion = Promotion.objects.get(pk=promotion_id)
    texts: set[str] = set()
    while len(texts) < number:
        texts.add(prefix + "".join(secrets.choice(ALPHABET) for _character in range(length)))
    codes = [PromotionCode(promotion=promotion, code=text, usage_limit=1) for text in sorted(texts)]
    codes[0].full_clean(validate_constraints=False)
    # One entry in the trail for all: ten thousand would all say the same.
    record(Action.CHANGED, promotion, {"codes": [None, f"{number} × {prefix}…"]})
    return PromotionCode.objects.bulk_create(codes, batch_size=1_000)


def lock_codes(code_ids: Collection[int]) -> list[PromotionCode]:
    """Return the codes, locked until the transaction ends: first their promotions, then themselves, by id.

    Raises PromotionCode.DoesNotExist when one is not there.
    """
    codes = PromotionCode.objects.filter(pk__in=code_ids)
    promotions = {row.pk: row for row in Promotion.objects.filter(pk__in=codes.values("promotion")).locked()}
    locked = list(codes.locked())
    if len(locked) < len(code_ids):
        raise PromotionCode.DoesNotExist
    for code in locked:
        code.promotion = promotions[code.promotion_id]
    return locked
