"""Every app has its place in the contracts of imports, so that none escapes them."""

import tomllib
from pathlib import Path

from django.conf import settings

APPS = {name for name in settings.INSTALLED_APPS if name.startswith("apps.")}
PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
CONTRACTS = {contract["name"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}


def test_every_app_has_a_layer():
    layers = CONTRACTS["Between apps, one way only"]["layers"]

    assert {name for layer in layers for name in layer.split(" | ") if name.startswith("apps.")} == APPS


def test_modules_of_every_app_have_layers():
    inside = CONTRACTS["Inside every app, inwards only"]["containers"]

    assert {*inside, *CONTRACTS["Inside core, one way only"]["containers"]} == APPS
