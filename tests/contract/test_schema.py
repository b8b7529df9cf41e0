"""The committed schema is the present one, complete, and what it shows is what it describes."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import translation

from tests.contract.checker import contract
from tests.support.committed_schema import FILE, SCHEMA, resolved

OPERATIONS = {
    operation["operationId"]: operation for path in SCHEMA["paths"].values() for operation in path.values()
}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_committed_schema_is_the_present_one(language: str):
    written = StringIO()
    with translation.override(language):
        call_command("spectacular", stdout=written)

    assert written.getvalue() == FILE.read_text(encoding="utf-8"), "Write docs/openapi.yaml anew: make schema"


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_is_described_to_the_last_part(name: str):
    operation = OPERATIONS[name]

    assert re.fullmatch("[a-z]+([A-Z][a-z]+)*", name)
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"]
    assert "security" in operation
    assert all(parameter["description"] for parameter in operation.get("parameters", ()))
    assert {"400", "406", "429", "503"} <= operation["responses"].keys()
    for where, media_type in described_bodies(operation):
        assert media_type.get("examples"), f"{name}: {where} has no example: see @shown_as and examples.py"


@pytest.mark.parametrize("name", OPERATIONS)
def test_examples_are_what_the_schema_describes(name: str):
    for where, media_type in described_bodies(OPERATIONS[name]):
        for key, example in media_type["examples"].items():
            if media_type["schema"] == {"type": "string", "format": "binary"}:
                continue
            value = resolved(example)["value"]
            schema = media_type["schema"]
            if "oneOf" in schema:
                schema = {"$ref": schema["discriminator"]["mapping"][key]}
            contract().validate(("example", name, where, key), schema, value, f"The example {key} of {name}")


def test_problem_is_described_with_every_status_by_its_codes_alone():
    problems = [
        (name, status, media_type)
        for name, operation in OPERATIONS.items()
        for status, answer in operation["responses"].items()
        if HTTPStatus(int(status)) >= 400
        for media_type in resolved(answer)["content"].items()
    ]

    assert problems
    assert {kind for _name, _status, (kind, _content) in problems} == {"application/problem+json"}
    for name, status, (_kind, content) in problems:
        for code in content["examples"]:
            shown = resolved(content["examples"][code])["value"]
            assert (shown["code"], str(shown["status"])) == (code, status), name


def test_nothing_is_of_any_type():
    untyped = [
        where for where, schema in schemas(SCHEMA["components"]["schemas"], "") if not is_typed(schema)
    ]

    assert untyped == []


def test_every_enum_has_a_name():
    inline = [
        where
        for where, schema in schemas(SCHEMA["components"]["schemas"], "")
        if len(schema.get("enum", ())) > 1 and where.count("/") > 1
    ]

    assert inline == []


def test_pages_always_have_both_links_which_may_be_null():
    pages = {
        name: schema for name, schema in SCHEMA["components"]["schemas"].items() if name[:9] == "Paginated"
    }

    assert pages
    for page in pages.values():
        assert {"next", "previous"} <= set(page["required"])
        assert page["properties"]["next"]["nullable"]
        assert page["properties"]["previous"]["nullable"]


def test_what_may_be_null_says_of_which_type_it_is_else():
    nullable = {
        where: schema
        for where, schema in schemas(SCHEMA["components"]["schemas"], "")
        if schema.get("nullable")
    }

    assert "/AddressInputRequestOrNull" in nullable
    assert [where for where, schema in nullable.items() if "type" not in schema or "allOf" in schema] == []


def test_request_has_no_default_that_a_generated_client_would_send():
    requests = {name: schema for name, schema in SCHEMA["components"]["schemas"].items() if "Request" in name}

    assert requests
    assert [where for where, schema in schemas(requests, "") if "default" in schema] == []


def test_request_is_described_as_narrowly_as_it_is_read():
    schemas = SCHEMA["components"]["schemas"]
    order = schemas["PlaceOrderInputRequest"]["properties"]
    line = schemas["RequestedItemInputRequest"]["properties"]

    assert (order["items"]["minItems"], order["items"]["maxItems"]) == (1, 2_000)
    assert (line["product_id"]["minimum"], line["product_id"]["maximum"]) == (1, 2**63 - 1)
    assert order["expected_total"]["pattern"] == r"^(0|[1-9][0-9]{0,12})(\.[0-9]{1,2})?$"
    assert (
        schemas["ProductInputRequest"]["properties"]["price"]["pattern"]
        == r"^(0|[1-9][0-9]{0,7})(\.[0-9]{1,2})?$"
    )
    assert schemas["StockMovementInputRequest"]["properties"]["delta"]["maximum"] == 2**31 - 1
    assert schemas["RegisterInputRequest"]["properties"]["password"]["minLength"] == 8
    assert "required" not in schemas["PatchedNamesInputRequest"]
    (session_id,) = OPERATIONS["endSession"]["parameters"]
    assert session_id["schema"] == {"type": "string", "format": "uuid"}


def test_empty_value_of_a_parameter_is_described_everywhere():
    parameters = [each for operation in OPERATIONS.values() for each in operation.get("parameters", ())]

    assert {each.get("allowEmptyValue", False) for each in parameters if each["in"] == "query"} == {True}
    assert {each.get("allowEmptyValue", False) for each in parameters if each["in"] != "query"} == {False}


@pytest.mark.parametrize("name", ["placeOrder", "changeOrderStatus"])
def test_order_leads_to_all_that_can_be_done_with_it(name: str):
    answer = OPERATIONS[name]["responses"][min(OPERATIONS[name]["responses"])]

    assert {key: link["operationId"] for key, link in answer["links"].items()} == {
        "getOrder": "getOrder",
        "listOrderJobs": "listOrderJobs",
        "getOrderBasket": "getOrderBasket",
        "getInvoice": "getInvoice",
        "startPayment": "startPayment",
        "listOrderPayments": "listOrderPayments",
        **dict.fromkeys(["processOrder", "shipOrder", "deliverOrder", "cancelOrder"], "changeOrderStatus"),
    }


def described_bodies(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"the request, {kind}", content
    for status, answer in operation["responses"].items():
        for content in resolved(answer).get("content", {}).values():
            yield status, content


def schemas(named: dict[str, Any], where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, schema in named.items():
        yield f"{where}/{name}", schema
        yield from schemas(schema.get("properties", {}), f"{where}/{name}")
        if "items" in schema:
            yield from schemas({"[]": schema["items"]}, f"{where}/{name}")


def is_typed(schema: dict[str, Any]) -> bool:
    if schema.get("type") == "object":
        return bool(schema.get("properties")) or is_typed(schema.get("additionalProperties") or {})
    return bool(schema.keys() & {"type", "$ref", "allOf", "oneOf"})


def test_links_tell_bodies_in_the_one_form_that_generators_read():
    """Others take `requestBody` for a text: apps/orders/api/links.py."""
    links = [
        link
        for operation in OPERATIONS.values()
        for response in operation["responses"].values()
        for link in resolved(response).get("links", {}).values()
    ]

    assert links
    assert not [link for link in links if not isinstance(link.get("requestBody", ""), str)]
    assert {"status": "cancelled"} in [link.get("x-request-body") for link in links]
