"""Settings of state machines: few random lives and always the same, or as many as one asks for."""

import os
from typing import Any

import pytest

hypothesis = pytest.importorskip("hypothesis", reason="needs hypothesis: requirements-dev.txt")

LIVES = int(os.environ.get("STORE_TEST_LIVES") or 0)
LONG = 50  # steps


def lives(*, few: int, steps: int, shrinks: bool = True) -> Any:
    """Return the settings for `few` lives of so many steps; with `STORE_TEST_LIVES`, for so many long ones.

    A life that fails is made shorter and shorter, unless its steps take too long for that.
    """
    phases = set(hypothesis.Phase) if shrinks else {hypothesis.Phase.generate}
    return hypothesis.settings(
        max_examples=LIVES or few,
        stateful_step_count=LONG if LIVES else steps,
        derandomize=not LIVES,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.filter_too_much],
    )
