"""Address rules: what an address needs in each country, and in which order it is printed."""

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from apps.delivery.address_overrides import OPTIONAL, WITHOUT_POSTAL_CODE

_DATA = Path(__file__).parent / "data" / "address_rules.json"


@dataclass(frozen=True)
class AddressRule:
    """What an address in a country needs beside a name; `postal_pattern` is null where any code will do."""

    country: str
    required: tuple[str, ...]
    postal_pattern: str | None
    format: tuple[str, ...]

    def has_postal_code(self, text: str) -> bool:
        """Tell whether the text can be a postal code of the country, whatever the case of its letters."""
        if self.postal_pattern is None:
            return True
        # With ASCII, digits are 0 to 9, as in the pattern of a client.
        return re.fullmatch(self.postal_pattern, text, re.IGNORECASE | re.ASCII) is not None


def rule_of(country: str) -> AddressRule | None:
    """Return the rule of a country of ISO 3166; None for any other text."""
    return _rules().get(country)


@cache
def _rules() -> dict[str, AddressRule]:
    rows = json.loads(_DATA.read_text("utf-8"))
    rules = (
        AddressRule(country, tuple(row["required"]), row["postal_pattern"], tuple(row["format"]))
        for country, row in rows.items()
    )
    return {rule.country: _overridden(rule) for rule in rules}


def _overridden(rule: AddressRule) -> AddressRule:
    optional = OPTIONAL.get(rule.country, set())
    pattern = rule.postal_pattern
    if rule.country in WITHOUT_POSTAL_CODE:
        optional, pattern = {*optional, "postal_code"}, None
    required = tuple(member for member in rule.required if member not in optional)
    return replace(rule, required=required, postal_pattern=pattern)
