"""Log lines that programs read: one JSON object each, whatever is in it."""

import io
import json
import logging
import sys

import pytest

from apps.core.observability.logs import IdsFilter, JsonFormatter, job_id_set
from apps.core.observability.request_id import request_id_set

MOMENT = 1_772_366_400.25  # 2026-03-01 12:00:00.25 UTC
FORGED = 'sold\n{"level": "CRITICAL", "message": "forged"}\r\x0b\x85\u2028\x1b[31m'


@pytest.fixture
def written():
    """Return a function that logs as a record says, and returns the line that a handler writes."""

    def write(**values):
        stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        handler = logging.StreamHandler(stream)
        handler.setFormatter(JsonFormatter())
        handler.handle(logging.makeLogRecord({"created": MOMENT, "name": "shop", **values}))
        return stream.buffer.getvalue().decode()

    return write


def test_line_tells_time_level_logger_message_and_ids(written):
    with request_id_set("checkout-42"), job_id_set(7):
        line = written(levelname="WARNING", msg="%s mugs are left", args=(2,))

    assert json.loads(line) == {
        "time": "2026-03-01T12:00:00.250000Z",
        "level": "WARNING",
        "logger": "shop",
        "message": "2 mugs are left",
        "request_id": "checkout-42",
        "job_id": 7,
    }


def test_outside_of_a_request_and_a_job_the_ids_are_null(written):
    line = json.loads(written(msg="open"))

    assert (line["request_id"], line["job_id"]) == (None, None)


@pytest.mark.parametrize("text", [FORGED, "чай ₽ \N{TEACUP WITHOUT HANDLE}", "half a pair: \ud83c", '"}, {"'])
def test_no_text_breaks_the_line_or_is_lost(written, text):
    line = written(msg="%s", args=(text,))

    assert line.splitlines(keepends=True) == [line]
    assert line.isascii()
    assert json.loads(line)["message"] == text


def test_exception_stands_in_the_same_line(written):
    try:
        raise ValueError(FORGED)
    except ValueError:
        line = written(msg="failed", exc_info=sys.exc_info())

    assert line.splitlines(keepends=True) == [line]
    exception = json.loads(line)["exception"]
    assert exception.startswith("Traceback (most recent call last):\n")
    assert exception.endswith(f"ValueError: {FORGED}")


def test_line_for_people_names_the_job_too():
    record = logging.makeLogRecord({"msg": "sold"})

    with job_id_set(7):
        passes = IdsFilter().filter(record)

    assert passes
    assert (record.request_id, record.job_id) == ("-", 7)


def test_job_is_named_until_its_block_ends(written):
    with job_id_set(7):
        with job_id_set(8):
            inner = json.loads(written(msg="a"))["job_id"]
        outer = json.loads(written(msg="b"))["job_id"]

    assert (inner, outer) == (8, 7)
