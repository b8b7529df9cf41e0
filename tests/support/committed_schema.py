"""The committed OpenAPI schema."""

from typing import Any

import yaml
from django.conf import settings

FILE = settings.BASE_DIR / "docs" / "openapi.yaml"


SCHEMA = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        _, _, kind, name = node["$ref"].split("/")
        node = SCHEMA["components"][kind][name]
    return node
