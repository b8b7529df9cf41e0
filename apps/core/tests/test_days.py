"""A day of the store begins and ends by its own clocks, also where these are put forward or back."""

import logging
import time
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from apps.core.days import (
    FIRST_MOMENT,
    LAST_MOMENT,
    day_of,
    end_of_day,
    in_utc,
    last_in_utc,
    start_of_day,
    today,
)
from apps.core.observability.logs import UtcFormatter


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        ("UTC", "2026-01-01", "2026-01-01T00:00Z", 24),
        ("Europe/Moscow", "2026-01-01", "2025-12-31T21:00Z", 24),
        ("Asia/Kolkata", "2026-01-01", "2025-12-31T18:30Z", 24),
        ("Pacific/Kiritimati", "2026-01-01", "2025-12-31T10:00Z", 24),
        ("America/New_York", "2026-03-08", "2026-03-08T05:00Z", 23),  # put forward at two in the morning
        ("America/New_York", "2026-11-01", "2026-11-01T04:00Z", 25),  # and back
        ("Africa/Cairo", "2024-04-26", "2024-04-25T22:00Z", 23),  # put forward at midnight: begins at 01:00
        ("Africa/Cairo", "2024-10-31", "2024-10-30T21:00Z", 25),  # ends at midnight twice
        ("America/Asuncion", "2023-10-01", "2023-10-01T04:00Z", 23),
        ("America/Havana", "2023-11-05", "2023-11-05T04:00Z", 25),  # begins at midnight twice
    ],
)
def test_day_begins_and_ends_by_the_clocks_of_the_store(settings, zone, day, start, hours):
    settings.TIME_ZONE = zone
    day, start = date.fromisoformat(day), datetime.fromisoformat(start)
    moment = timedelta(microseconds=1)

    assert (start_of_day(day), end_of_day(day)) == (start, start + timedelta(hours=hours))
    assert start_of_day(day).tzinfo is UTC
    assert [day_of(each) for each in (start - moment, start, end_of_day(day) - moment, end_of_day(day))] == [
        day - timedelta(days=1),
        day,
        day,
        day + timedelta(days=1),
    ]


@pytest.mark.parametrize(
    ("zone", "day"), [("Europe/Moscow", "2026-01-01"), ("America/New_York", "2025-12-31")]
)
def test_today_is_the_day_of_the_store(settings, zone, day):
    settings.TIME_ZONE = zone

    with time_machine.travel(datetime(2025, 12, 31, 22, 30, tzinfo=UTC), tick=False):
        assert today() == date.fromisoformat(day)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_first_and_last_day_of_the_calendar_are_no_failure(settings, zone):
    settings.TIME_ZONE = zone

    assert FIRST_MOMENT <= start_of_day(date.min) < end_of_day(date.min)
    assert start_of_day(date.max) < end_of_day(date.max) == LAST_MOMENT


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-06-01T12:00:00", "2026-06-01T16:00Z", "2026-06-01T16:00Z"),
        ("2026-06-01T12:00:00+03:00", "2026-06-01T09:00Z", "2026-06-01T09:00Z"),
        ("2026-11-01T01:30:00-04:00", "2026-11-01T05:30Z", "2026-11-01T05:30Z"),
        ("2026-03-08T02:30:00", "2026-03-08T07:30Z", "2026-03-08T07:30Z"),  # the clocks leave it out
        ("2026-11-01T01:30:00", "2026-11-01T05:30Z", "2026-11-01T06:30Z"),  # they show it twice
    ],
)
def test_time_without_an_offset_is_one_of_the_store(settings, text, first, last):
    settings.TIME_ZONE = "America/New_York"
    moment = datetime.fromisoformat(text)

    assert in_utc(moment) == datetime.fromisoformat(first)
    assert last_in_utc(moment) == datetime.fromisoformat(last)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_first_and_last_time_of_the_calendar_are_no_failure(settings, zone):
    settings.TIME_ZONE = zone

    for moment in (FIRST_MOMENT.replace(tzinfo=None), LAST_MOMENT.replace(tzinfo=None)):
        assert FIRST_MOMENT <= in_utc(moment) == last_in_utc(moment) <= LAST_MOMENT


def test_log_stays_in_utc_while_the_clock_of_the_process_follows_the_zone(settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    record = logging.makeLogRecord({"msg": "moved", "created": 0.0})

    assert time.localtime(0).tm_hour == 9
    assert UtcFormatter("%(asctime)s %(message)s").format(record).startswith("1970-01-01 00:00:00")
    assert settings.LOGGING["formatters"]["text"]["class"] == "apps.core.observability.logs.UtcFormatter"
