"""The configuration is kept in memory under its version, which every edit changes, and no edit waits for."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from apps.core.tests.threads import at_once
from apps.store import configuration_cache
from apps.store.configuration import TAXES
from apps.store.configuration_cache import ConfigurationPart, current_configuration, current_version
from apps.store.models import ConfigVersion, TaxClass, TaxRate

DAY = date(2026, 1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "edit",
    [
        lambda row: row.save(),
        lambda row: row.delete(),
        lambda row: TaxRate.objects.filter(pk=row.pk).update(rate=Decimal(7)),
        lambda row: TaxRate.objects.bulk_create(
            [TaxRate(tax_class=row.tax_class, country="DE", rate=Decimal(19), valid_from=DAY)]
        ),
    ],
    ids=["save", "delete", "update", "bulk_create"],
)
def test_every_edit_gives_another_version(edit: Callable[[TaxRate], object]):
    rate = make_rate()
    before = current_version()

    edit(rate)

    assert current_version() != before
    assert ConfigVersion.objects.count() == 1


@pytest.mark.django_db
def test_configuration_is_read_once_for_a_version(django_assert_num_queries: Callable):
    current_configuration()

    with django_assert_num_queries(1):  # the version
        current_configuration()


@pytest.mark.django_db
def test_configuration_that_is_edited_while_it_is_read_is_read_again(monkeypatch: pytest.MonkeyPatch):
    rate = make_rate()
    monkeypatch.setattr(configuration_cache, "_parts", [*configuration_cache._parts])

    def edit_once() -> Decimal | None:
        """Edit what another part has read already."""
        rate.refresh_from_db()
        if rate.rate == 22:
            rate.rate = Decimal(7)
            rate.save()
        return rate.rate

    read_last = ConfigurationPart(edit_once)

    found = current_configuration()

    assert (found[TAXES].rate_of("some", day=DAY), found[read_last]) == (7, 7)
    assert found.version == current_version()


@pytest.mark.django_db
def test_edit_that_is_rolled_back_leaves_nothing_behind():
    rate = make_rate()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        TaxRate.objects.filter(pk=rate.pk).update(rate=Decimal(7))
        assert rate_of_today() == 7
        raise ZeroDivisionError

    assert rate_of_today() == 22
    TaxRate.objects.filter(pk=rate.pk).update(rate=Decimal(5))
    assert rate_of_today() == 5


@pytest.mark.django_db
def test_edit_beside_another_one_counts_whatever_its_number():
    make_rate()
    before = current_version()

    ConfigVersion.objects.create(version=1)  # by somebody who did not see the other's row yet

    assert before is not None
    assert current_version() == before + 1


@pytest.mark.django_db(transaction=True)
def test_edits_at_once_do_not_wait_for_each_other_and_each_counts():
    rates = [make_rate(f"class{number}") for number in range(4)]
    before = current_version()

    def edit(hand: int) -> None:
        with transaction.atomic():
            TaxRate.objects.filter(pk=rates[hand].pk).update(rate=Decimal(hand))
            TaxRate.objects.filter(pk=rates[hand].pk).update(rate=Decimal(10 + hand))

    at_once(4, edit)

    assert current_version() != before
    codes = [rate.tax_class.code for rate in rates]
    taxes = current_configuration()[TAXES]
    assert [taxes.rate_of(code, day=DAY) for code in codes] == [10, 11, 12, 13]


def make_rate(code: str = "some") -> TaxRate:
    tax_class = TaxClass.objects.create(code=code, name_ru=code)
    return TaxRate.objects.create(tax_class=tax_class, country="RU", rate=Decimal(22), valid_from=DAY)


def rate_of_today() -> Decimal | None:
    return current_configuration()[TAXES].rate_of("some", day=DAY)
