"""Every answer of the API that a test gets is compared with the OpenAPI schema.

What the schema does not describe (a status, a content type, a header, a member of a body) fails the test that
got it, and so does what the schema promises and the answer lacks. Rules for all operations are in
`apps/core/api/openapi/schema.py`, what one view says of itself in `apps/core/api/openapi/annotations.py`.
"""

import json
import re
import threading
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from jsonschema import Draft202012Validator, FormatChecker

from apps.core.api.openapi.schema import StoreSchemaGenerator
from apps.core.api.problems.registry import all_problems
from apps.core.exceptions import fault_codes

PREFIX = "/api/v1/"
ROOT_URLCONF = settings.ROOT_URLCONF
# Of the transport, or of pages in general: not part of the contract.
GENERAL_HEADERS = {
    "access-control-allow-credentials",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "allow",
    "connection",
    "content-length",
    "content-type",
    "cross-origin-opener-policy",
    "date",
    "permissions-policy",
    "referrer-policy",
    "server",
    "strict-transport-security",
    "transfer-encoding",
    "x-content-type-options",
    "x-frame-options",
}
# What any address may answer without saying so in each operation: see the schema's own description.
EVERYWHERE = {405: "method_not_allowed", 500: "server_error"}

_formats = FormatChecker(formats=())
_formats.checks("date-time")(
    lambda text: (
        not isinstance(text, str) or bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text))
    )
)
_formats.checks("email")(lambda text: not isinstance(text, str) or "@" in text)  # or it may be empty
_loading = threading.Lock()
_loaded: list["Contract"] = []


class Contract:
    """The schema, ready to compare answers with."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema
        self._operations = [
            (re.compile(re.sub(r"\{\w+\}", "([1-9][0-9]{0,17}|[0-9a-f-]{36}|[A-Z]{2})", named)), operations)
            for path, operations in schema["paths"].items()
            for named in [path.replace("{provider}", "[a-z]+").replace("{slug}", "[-a-zA-Z0-9_]+")]
        ]
        self._validators: dict[tuple[str, ...], Draft202012Validator] = {}

    def check(self, method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Raise AssertionError when the schema does not describe the answer; pages are not its business."""
        if not path.startswith(PREFIX):
            return
        methods = next((found for pattern, found in self._operations if pattern.fullmatch(path)), None)
        operation = (methods or {}).get("get" if method == "HEAD" else method.lower())
        if status in EVERYWHERE:
            self._check_problem(EVERYWHERE[status], body, who=f"{method} {path}")
        elif operation is None:
            is_known = methods is not None
            self._check_without_operation(f"{method} {path}", status, body, is_known=is_known)
        else:
            who = f"{operation['operationId']} ({method} {path})"
            self._check_answer(operation, who, status, headers, None if method == "HEAD" else body)

    def _check_without_operation(self, who: str, status: int, body: bytes, *, is_known: bool) -> None:
        if who.startswith("OPTIONS ") and status == 200:  # a preflight, answered before any view
            return
        if status == 301 or settings.ROOT_URLCONF != ROOT_URLCONF:  # a missing slash; views of the test's own
            return
        assert not is_known, f"{who}: answers {status}, and the schema does not know the method."
        assert status in {400, 404, 503}, (
            f"{who}: answers {status}, and the schema does not know the address."
        )
        self._check_problem(None, body, who=who)

    def _check_answer(
        self,
        operation: Mapping[str, Any],
        who: str,
        status: int,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> None:
        described = self._resolved(operation["responses"].get(str(status)))
        assert described, (
            f"{who}: answers {status}, which the schema does not describe. "
            "A refusal belongs into @raises(…) on the view method, a 304 into @sends(…)."
        )
        self._check_headers(described, f"{who}: answers {status}", headers)
        if body is None:  # HEAD
            return
        contents = described.get("content", {})
        given = "a body" if body else "no body"
        assert bool(contents) == bool(body), f"{who}: {status} has {given}, and the schema says otherwise."
        content_type = headers.get("Content-Type", "").partition(";")[0]
        if body:
            assert content_type in contents, f"{who}: {status} is {content_type}, not {list(contents)}."
        if content_type.endswith("json"):
            self._check_body(operation, contents[content_type]["schema"], status, json.loads(body), who)

    def _check_headers(self, described: Mapping[str, Any], who: str, headers: Mapping[str, str]) -> None:
        known = {
            name.lower(): self._resolved(header) for name, header in described.get("headers", {}).items()
        }
        sent = {name.lower() for name in headers}
        unknown = sent - known.keys() - GENERAL_HEADERS
        assert not unknown, f"{who} with headers that the schema does not describe: {unknown}. Use @sends(…)."
        missing = {name for name, header in known.items() if header.get("required")} - sent
        assert not missing, f"{who} without headers that the schema promises: {missing}."

    def _check_body(
        self, operation: Mapping[str, Any], schema: Mapping[str, Any], status: int, body: Any, who: str
    ) -> None:
        code = body["code"] if status >= 400 else ""
        if code:
            branches = self._branches(schema)
            assert code in branches, (
                f"{who}: answers {status} with the code {code}, and the schema names {sorted(branches)}. "
                "The refusal belongs into @raises(…) on the view method."
            )
            schema = branches[code]
            faults = {fault["code"] for fault in body.get("errors", ())} - set(fault_codes())
            assert not faults, (
                f"{who}: add {faults} to the codes in apps/core/exceptions.py, or register them."
            )
        self.validate((operation["operationId"], str(status), code), schema, body, f"{who}: {status}")

    def _check_problem(self, code: str | None, body: bytes, *, who: str) -> None:
        problem = json.loads(body)
        assert code in {None, problem["code"]}, f"{who}: {problem['code']} instead of {code}."
        assert problem["code"] in all_problems(), f"{who}: the registry of problems lacks {problem['code']}."

    def validate(self, key: tuple[str, ...], schema: Mapping[str, Any], body: Any, who: str) -> None:
        """Raise AssertionError unless the body is as the schema says; `key` names the schema."""
        validator = self._validators.get(key)
        if validator is None:
            strict = self._strict(schema)
            validator = self._validators[key] = Draft202012Validator(strict, format_checker=_formats)
        fault = next(validator.iter_errors(body), None)
        assert fault is None, f"{who} is not as the schema says: {fault.json_path}: {fault.message}"

    def _branches(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return the schemas of the problems, of which there may be one alone, by their codes."""
        alone = [self._resolved(branch) for branch in schema.get("oneOf", [schema])]
        return {branch["properties"]["code"]["enum"][0]: branch for branch in alone}

    def _resolved(self, node: Any) -> Any:
        while node and "$ref" in node:
            _, _, kind, name = node["$ref"].split("/")
            node = self.schema["components"][kind][name]
        return node

    def _strict(self, node: Any) -> Any:
        """Return JSON Schema for OpenAPI's own, in which objects have no members but those described."""
        if isinstance(node, list):
            return [self._strict(each) for each in node]
        if not isinstance(node, dict):
            return node
        node = self._resolved(node)
        inner = {name: self._strict(value) for name, value in node.items() if name != "properties"}
        if "properties" in node:
            inner["properties"] = {name: self._strict(value) for name, value in node["properties"].items()}
            inner.setdefault("additionalProperties", False)
        is_nullable = inner.pop("nullable", False)
        return {"anyOf": [{"type": "null"}, inner]} if is_nullable else inner


def contract() -> Contract:
    """Return the contract of the present code."""
    with _loading:
        if not _loaded:
            generator = StoreSchemaGenerator(urlconf=ROOT_URLCONF)
            _loaded.append(Contract(json.loads(json.dumps(generator.get_schema(request=None, public=True)))))
    return _loaded[0]


def checked(request: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap the `request` of a test client, so that it compares what it gets."""

    @wraps(request)
    def compare(client: Any, **environ: Any) -> Any:
        response = request(client, **environ)
        body = b"" if response.streaming else response.content
        address = (environ["REQUEST_METHOD"], environ["PATH_INFO"])
        contract().check(*address, response.status_code, response.headers, body)
        return response

    return compare


def checked_live(response: requests.Response) -> requests.Response:
    """Return the answer of a running store, after comparing it."""
    method, path = str(response.request.method), urlsplit(response.url).path
    contract().check(method, path, response.status_code, response.headers, response.content)
    return response
