"""Who a customer is, the order says: nothing else reads it from the user, whom an order may lack one day."""

import re
from pathlib import Path

APPS = Path(__file__).parents[2]
FILES = [
    path for kind in ("py", "html", "txt") for path in APPS.rglob(f"*.{kind}") if "tests" not in path.parts
]


def test_nobody_reads_a_customer_s_name_past_the_order():
    reading = [
        f"{path.relative_to(APPS)}: {line.strip()}"
        for path in FILES
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"\border\.user\.", line)
    ]

    assert len(FILES) > 400
    assert reading == []
