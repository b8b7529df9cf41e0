import random
from decimal import Decimal

from apps.core.money import allocate, half_up, part_of, tax_of, unit_prices


def money(generator, cents):
    return Decimal(generator.randint(0, cents)) / 100


def test_half_a_cent_is_rounded_up():
    assert [half_up(Decimal(text)) for text in ("0.005", "0.0149", "1.115", "2.675")] == [
        Decimal("0.01"),
        Decimal("0.01"),
        Decimal("1.12"),
        Decimal("2.68"),
    ]


def test_shares_go_to_the_largest_remainders_and_on_a_tie_to_the_earlier():
    assert allocate(Decimal("0.10"), [Decimal("0.01"), Decimal("0.04"), Decimal("0.10")]) == [
        Decimal("0.01"),
        Decimal("0.03"),
        Decimal("0.06"),
    ]
    assert allocate(Decimal("1.00"), [Decimal(1), Decimal(1), Decimal(1)]) == [
        Decimal("0.34"),
        Decimal("0.33"),
        Decimal("0.33"),
    ]


def test_nothing_is_shared_among_nothing():
    assert allocate(Decimal("0.00"), [Decimal(0), Decimal(0)]) == [Decimal("0.00"), Decimal("0.00")]


def test_shares_add_up_and_none_is_above_its_weight():
    generator = random.Random(14)
    for _ in range(5_000):
        weights = [
            money(generator, generator.choice([1, 100, 999_999])) for _ in range(generator.randint(1, 12))
        ]
        amount = min(sum(weights), money(generator, 2_000_000))

        shares = allocate(amount, weights)

        assert sum(shares) == (amount if sum(weights) else 0)
        assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))


def test_tax_is_in_a_gross_amount_and_on_top_of_a_net_one():
    assert tax_of(Decimal("702.00"), Decimal("22.00"), included=True) == Decimal("126.59")
    assert tax_of(Decimal("702.00"), Decimal("22.00"), included=False) == Decimal("154.44")
    assert tax_of(Decimal("702.00"), Decimal("0.00"), included=True) == Decimal("0.00")
    assert tax_of(Decimal("702.00"), None, included=True) == Decimal("0.00")


def test_parts_of_a_line_add_up_to_it():
    assert part_of(Decimal("10.01"), 2, before=0, pieces=1) + part_of(
        Decimal("10.01"), 2, before=1, pieces=1
    ) == Decimal("10.01")
    generator = random.Random(7)
    for _ in range(2_000):
        amount, quantity = money(generator, 100_000), generator.randint(1, 20)
        cuts = sorted(generator.randint(0, quantity) for _ in range(3))
        steps = list(zip([0, *cuts], [*cuts, quantity], strict=True))

        parts = [part_of(amount, quantity, before=low, pieces=high - low) for low, high in steps]

        assert sum(parts) == amount
        assert min(parts) >= 0


def test_a_line_is_at_most_two_positions_of_a_receipt():
    assert unit_prices(Decimal("10.00"), 3) == [(2, Decimal("3.33")), (1, Decimal("3.34"))]
    assert unit_prices(Decimal("9.99"), 3) == [(3, Decimal("3.33"))]
    generator = random.Random(54)
    for _ in range(2_000):
        amount, quantity = money(generator, 100_000), generator.randint(1, 50)

        positions = unit_prices(amount, quantity)

        assert len(positions) <= 2
        assert sum(pieces for pieces, _ in positions) == quantity
        assert sum(pieces * price for pieces, price in positions) == amount
