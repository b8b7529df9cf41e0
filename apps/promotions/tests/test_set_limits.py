"""Limits that staff set while orders come in: what was used before counts, and nothing is counted twice."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from apps.audit.models import AuditEntry
from apps.core.tests.threads import at_once, rounds
from apps.promotions.models import Promotion, PromotionCode, Redemption
from apps.promotions.services import (
    draw_codes,
    release,
    settle_coupon,
    take_coupon,
    update_code,
    update_promotion,
)
from apps.promotions.tests.factories import make_code, make_promotion
from apps.promotions.tests.test_limits_at_once import assert_counters_are_right, never, place
from apps.users.models import User

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]


def test_uses_from_before_the_limit_count(customer: User):
    code = make_code()
    for order_id in (901, 902, 903):
        place(code.code, customer, order_id=order_id)
    release(903)
    assert set(Redemption.objects.values_list("counted", flat=True)) == {False}

    update_promotion(code.promotion_id, usage_limit=3)

    assert Promotion.objects.get().used == 2
    assert dict(Redemption.objects.values_list("order_id", "counted")) == {901: True, 902: True, 903: False}
    assert [place(code.code, customer) for _order in range(2)] == ["placed", "used_up"]
    release(901)
    assert Promotion.objects.get().used == 2


def test_uses_of_a_code_from_before_its_limit_count(customer: User):
    promotion = make_promotion()
    code, other = make_code(promotion), make_code(promotion)
    for each in (code, code, other):
        place(each.code, customer)

    update_code(code.pk, usage_limit=3)

    assert dict(PromotionCode.objects.values_list("pk", "used")) == {code.pk: 2, other.pk: 0}
    assert Promotion.objects.get().used == 3
    assert [place(code.code, customer) for _order in range(2)] == ["placed", "used_up"]
    assert place(other.code, customer) == "placed"
    assert_counters_are_right()


@pytest.mark.parametrize("set_limit", [update_promotion, update_code])
def test_a_limit_below_the_uses_is_refused(customer: User, set_limit: Callable[..., Any]):
    code = make_code()
    place(code.code, customer)
    place(code.code, customer)
    row = code.promotion if set_limit is update_promotion else code

    with pytest.raises(ValidationError) as refusal:
        set_limit(row.pk, usage_limit=1)

    text = "Уже есть 2 заказа с этой скидкой: ограничение не может быть меньше."
    assert refusal.value.message_dict == {"usage_limit": [text]}
    row.refresh_from_db()
    assert (row.usage_limit, row.used) == (None, 0)
    assert set(Redemption.objects.values_list("counted", flat=True)) == {False}
    set_limit(row.pk, usage_limit=2)
    assert place(code.code, customer) == "used_up"


def test_a_limit_that_was_lifted_and_set_again_counts_what_came_between(customer: User):
    code = make_code(usage_limit=5)
    place(code.code, customer, order_id=901)
    update_code(code.pk, usage_limit=None)
    place(code.code, customer, order_id=902)
    release(901)

    update_code(code.pk, usage_limit=2)

    code.refresh_from_db()
    assert (code.used, code.promotion.used) == (1, 1)


def test_an_order_that_read_its_code_before_the_limit_does_not_go_by_it(customer: User):
    code = make_code(make_promotion(usage_limit=5))
    with transaction.atomic():
        coupon = take_coupon(code.code, customer, has_ordered=never)
        PromotionCode.objects.filter(pk=code.pk).update(usage_limit=1)  # meanwhile
        settle_coupon(coupon, order_id=901, user=customer, is_applied=True)
    assert place(code.code, customer, order_id=902) == "placed"
    assert dict(Redemption.objects.values_list("order_id", "code")) == {901: None, 902: code.pk}
    assert_counters_are_right()

    for order_id, left in ((901, 1), (902, 0)):
        release(order_id)
        code.refresh_from_db()
        assert (code.used, code.promotion.used) == (left, left)


def test_limits_are_set_while_orders_are_placed_and_cancelled(customer: User):
    for round_number in rounds(6):
        promotion = make_promotion()
        codes = [make_code(promotion), make_code(promotion, usage_limit=100)]
        first_order = 1000 * (round_number + 1)
        for order_id in range(first_order, first_order + 4):
            place(codes[order_id % 2].code, customer, order_id=order_id)

        def work(hand: int, promotion: Any = promotion, codes: Any = codes, first: int = first_order) -> None:
            if hand == 0:
                update_promotion(promotion.pk, usage_limit=50)
            elif hand == 1:
                update_code(codes[0].pk, usage_limit=50)
            elif hand == 2:
                release(first)
                release(first + 1)
            else:
                place(codes[hand % 2].code, customer, order_id=first + 10 + hand)

        at_once(6, work)

        # Orders that had read the promotion just before slip in uncounted, until a limit is set again.
        update_promotion(promotion.pk, usage_limit=60)
        assert_counters_are_right()
        uncounted = Redemption.objects.unreleased().filter(promotion=promotion, counted=False)
        assert not uncounted.exists()
        for order_id in Redemption.objects.values_list("order_id", flat=True):
            release(order_id)
        assert Promotion.objects.get(pk=promotion.pk).used == 0
        assert set(promotion.codes.values_list("used", flat=True)) == {0}


def test_a_batch_of_codes_can_be_used_once_each(customer: User, django_assert_max_num_queries: Any):
    promotion = make_promotion()

    with django_assert_max_num_queries(20):
        codes = draw_codes(promotion_id=promotion.pk, number=2000, length=8, prefix="чай-")

    texts = list(PromotionCode.objects.values_list("code", flat=True))
    assert len(set(texts)) == len(codes) == 2000
    assert {text[:4] for text in texts} == {"ЧАЙ-"}
    assert set("".join(text[4:] for text in texts)) == set("CDFGHJKMNPQRTVWXY234679")
    assert {len(text) for text in texts} == {12}
    assert [place(texts[0].lower(), customer) for _order in range(2)] == ["placed", "used_up"]
    entry = AuditEntry.objects.about(promotion).get()
    assert entry.changes == {"codes": [None, "2000 × чай-…"]}
