"""No client of the released API is broken without the change log saying so."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import yaml
from django.conf import settings

from tests.breaking_changes import breaking_changes
from tests.test_schema import SCHEMA

RELEASED = settings.BASE_DIR / "docs" / "openapi.released.yaml"
ORDERS, ORDER, LOGIN = "/api/v1/orders/", "/api/v1/orders/{id}/", "/api/v1/auth/login/"
Change = Callable[[dict[str, Any]], Any]


def test_breaking_changes_since_the_last_release_are_in_the_change_log():
    if not RELEASED.exists():
        pytest.skip("nothing has been released yet: docs/openapi.released.yaml is written by a release")
    released = yaml.load(RELEASED.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    unreleased = (settings.BASE_DIR / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## [")[1]

    silent = [change for change in breaking_changes(released, SCHEMA) if f"`{change}`" not in unreleased]

    assert not silent, (
        "Undo them, or name each in backticks under [Unreleased] in CHANGELOG.md:\n" + "\n".join(silent)
    )


def test_schema_does_not_break_itself():
    assert breaking_changes(SCHEMA, deepcopy(SCHEMA)) == []


def component(schema: dict[str, Any], name: str) -> dict[str, Any]:
    return schema["components"]["schemas"][name]


def parameter(schema: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in schema["paths"][ORDERS]["get"]["parameters"] if each["name"] == name)


MUTATIONS: list[tuple[Change, str]] = [
    (lambda s: s["paths"].pop(LOGIN), "logIn: is gone"),
    (lambda s: s["paths"][ORDERS].pop("post"), "placeOrder: is gone"),
    (lambda s: s["paths"][LOGIN]["post"].update(operationId="signIn"), "logIn: is now called signIn"),
    (lambda s: s["paths"][LOGIN]["post"].update(security=[{"jwtAuth": []}]), "logIn: needs a token now"),
    (
        lambda s: s["paths"][ORDERS]["get"]["parameters"].remove(parameter(s, "status")),
        "listOwnOrders status: is gone",
    ),
    (lambda s: parameter(s, "status").update(required=True), "listOwnOrders status: must be given now"),
    (
        lambda s: parameter(s, "page_size")["schema"].update(maximum=50),
        "listOwnOrders page_size: maximum is 50 now",
    ),
    (
        lambda s: parameter(s, "page")["schema"].update(type="string"),
        "listOwnOrders page: its type is string, and was integer",
    ),
    (
        lambda s: s["paths"][ORDERS]["get"]["parameters"].append(
            {"in": "query", "name": "year", "required": True}
        ),
        "listOwnOrders year: must be given now",
    ),
    (
        lambda s: component(s, "LoginInputRequest")["required"].append("device_name"),
        "logIn request /device_name: must be given now",
    ),
    (
        lambda s: component(s, "LoginInputRequest")["properties"]["username"].update(maxLength=10),
        "logIn request /username: maxLength is 10 now",
    ),
    (
        lambda s: component(s, "LoginInputRequest")["properties"]["username"].update(minLength=5),
        "logIn request /username: minLength is 5 now",
    ),
    (
        lambda s: component(s, "LoginInputRequest")["properties"]["username"].update(pattern="^a"),
        "logIn request /username: must match another pattern",
    ),
    (
        lambda s: component(s, "LoginInputRequest")["properties"].pop("password"),
        "logIn request /password: is gone",
    ),
    (
        lambda s: component(s, "RequestedItemInputRequest")["properties"]["quantity"].update(maximum=10),
        "placeOrder request /items/[]/quantity: maximum is 10 now",
    ),
    (
        lambda s: component(s, "CategoryInputRequest")["properties"]["parent"].update(nullable=False),
        "createCategory request /parent: may not be null any more",
    ),
    (
        lambda s: component(s, "OrderStatus")["enum"].remove("shipped"),
        "changeOrderStatus request /status: shipped is not accepted any more",
    ),
    (
        lambda s: component(s, "OrderStatus")["enum"].append("lost"),
        "getOrder 200 /status: can be lost too",
    ),
    (
        lambda s: s["paths"][LOGIN]["post"]["requestBody"]["content"].pop("application/json"),
        "logIn request: application/json is not read any more",
    ),
    (lambda s: s["paths"][ORDERS]["post"]["responses"].pop("201"), "placeOrder 201: is gone"),
    (lambda s: s["paths"][ORDERS]["post"]["responses"].pop("409"), "placeOrder 409: is gone"),
    (
        lambda s: s["paths"][f"{ORDER}invoice/"]["get"]["responses"]["200"]["content"].pop("application/pdf"),
        "getInvoice 200: application/pdf is not given any more",
    ),
    (
        lambda s: s["components"]["headers"]["Location"].update(required=False),
        "placeOrder 201 Location: is not always sent any more",
    ),
    (
        lambda s: s["paths"][ORDER]["get"]["responses"]["200"]["headers"].pop("ETag"),
        "getOrder 200 ETag: is not always sent any more",
    ),
    (
        lambda s: s["paths"][ORDERS]["post"]["responses"]["400"]["content"]["application/problem+json"][
            "schema"
        ]["oneOf"].remove({"$ref": "#/components/schemas/InsufficientStockProblem"}),
        "placeOrder 400 : the code insufficient_stock is gone",
    ),
    (
        lambda s: component(s, "InsufficientStockProblem")["properties"].pop("details"),
        "placeOrder 400 insufficient_stock /details: is gone",
    ),
    (lambda s: component(s, "OrderOutput")["properties"].pop("currency"), "getOrder 200 /currency: is gone"),
    (
        lambda s: component(s, "OrderOutput")["required"].remove("currency"),
        "getOrder 200 /currency: is not always there any more",
    ),
    (
        lambda s: component(s, "OrderOutput")["properties"]["currency"].update(nullable=True),
        "getOrder 200 /currency: can be null now",
    ),
    (
        lambda s: component(s, "OrderItemOutput")["properties"]["price"].update(format="double"),
        "getOrder 200 /items/[]/price: its format is double, and was decimal",
    ),
]


@pytest.mark.parametrize(("change", "told"), MUTATIONS, ids=[told for _change, told in MUTATIONS])
def test_change_that_breaks_clients_is_told(change: Change, told: str):
    new = deepcopy(SCHEMA)
    change(new)

    assert told in breaking_changes(SCHEMA, new)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: component(s, "OrderOutput")["properties"].update(gift={"type": "string"}),
        lambda s: component(s, "LoginInputRequest")["properties"].update(device_name={"type": "string"}),
        lambda s: component(s, "LoginInputRequest")["properties"]["username"].update(maxLength=1000),
        lambda s: s["paths"][ORDERS]["post"]["responses"].update({"410": {"description": "Gone"}}),
        lambda s: s["paths"].update({"/api/v1/gifts/": {}}),
        lambda s: s["paths"][ORDERS]["get"]["parameters"].append(
            {"in": "query", "name": "year", "schema": {}}
        ),
        lambda s: component(s, "LoginInputRequest")["required"].remove("password"),
    ],
    ids=["member", "optional", "longer", "status", "path", "parameter", "no longer required"],
)
def test_change_that_breaks_nothing_is_not_told(change: Change):
    new = deepcopy(SCHEMA)
    change(new)

    assert breaking_changes(SCHEMA, new) == []
