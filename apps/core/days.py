"""Days of the store: when they begin and end in `STORE_TIME_ZONE`, as moments in UTC.

Rows are chosen by these moments, never by the date of a column, which no index holds.
"""

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

# Of the calendar: where a zone's first day, or its last, reaches beyond it in UTC.
FIRST_MOMENT, LAST_MOMENT = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def today() -> date:
    """Return the day that it is in the store."""
    return day_of(timezone.now())


def day_of(moment: datetime) -> date:
    """Return the store's day to which the moment belongs."""
    return timezone.localdate(moment, timezone.get_default_timezone())


def start_of_day(day: date) -> datetime:
    """Return the moment at which the day begins."""
    # Where the clocks are put forward at midnight, that is 01:00: both are the same moment.
    return in_utc(datetime.combine(day, time.min))


def end_of_day(day: date) -> datetime:
    """Return the moment at which the next day begins."""
    return LAST_MOMENT if day == date.max else start_of_day(day + timedelta(days=1))


def in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC; one without an offset is meant by the store's clocks.

    A time that these show twice is the first one, and one that they leave out goes by the offset before the
    change (RFC 5545, 3.3.5).
    """
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.get_default_timezone())
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return FIRST_MOMENT if moment.year == FIRST_MOMENT.year else LAST_MOMENT


def last_in_utc(moment: datetime) -> datetime:
    """Return what `in_utc` does, but of a time that the clocks show twice the second one."""
    # Of a time that the clocks leave out, the `fold` of 1 is the earlier one.
    return max(in_utc(moment), in_utc(moment.replace(fold=1)))
