"""Core and the audit trail know no other app: no import, no name in a string, no word of the shop."""

import re
from pathlib import Path

import pytest
from django.apps import apps

HERE = Path(__file__).parents[3]
FOUNDATIONS = ("core", "audit")
APPS = sorted(path.parent.name for path in HERE.glob("apps/*/apps.py") if path.parent.name not in FOUNDATIONS)
MODELS = [model._meta.label for app in APPS for model in apps.get_app_config(app).get_models()]
SHOP = [
    "baskets?",
    "carriers?",
    "customers?",
    "invoices?",
    "products?",
    "shipments?",
    "field-sku",
    "model-(?:order|category)",
]
SUFFIXES = {".py", ".html", ".txt", ".js", ".css"}


def names_in(text: str) -> list[str]:
    words = [rf"apps[./](?:{'|'.join(APPS)})", *map(re.escape, MODELS), *SHOP]
    return re.findall(rf"\b(?:{'|'.join(words)})\b", text, re.IGNORECASE)


def test_names_are_found():
    text = 'from apps.orders import x; "catalog.product"; # a customer; apps/users/jobs.py; "orders.order"'

    assert names_in(text) == ["apps.orders", "catalog.product", "customer", "apps/users", "orders.order"]


@pytest.mark.parametrize("foundation", FOUNDATIONS)
def test_no_other_app_is_named(foundation: str):
    files = [path for path in (HERE / "apps" / foundation).rglob("*") if path.suffix in SUFFIXES]
    own = [path for path in files if "tests" not in path.parts]

    assert len(own) > 5
    assert {str(path): found for path in own if (found := names_in(path.read_text()))} == {}


def test_core_has_no_model():
    assert list(apps.get_app_config("core").get_models()) == []
    assert not (HERE / "apps/core/models.py").exists()
    assert not (HERE / "apps/core/migrations").exists()
