"""What in a new OpenAPI schema breaks clients that were made for an old one.

It knows what the store's own schema is made of: no `not`, no `anyOf`, a `oneOf` in problems only. What an
answer has more than before breaks nothing: members, codes of problems, statuses. A client has to bear those.
A new value of an enum is told, since a client may have a case for each.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
LOWER_BOUNDS = ("minimum", "minLength", "minItems")
UPPER_BOUNDS = ("maximum", "maxLength", "maxItems")


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Return what breaks, each as `operation part: what happened`."""
    changes = [
        change
        for path, operations in old["paths"].items()
        for method, operation in operations.items()
        for change in _of_operation(
            _Side(old, operation),
            _Side(new, new["paths"].get(path, {}).get(method)),
            operation["operationId"],
        )
    ]
    return sorted(changes)


class _Side:
    """An operation in one of the two schemas."""

    def __init__(self, schema: Schema, operation: Any) -> None:
        self.schema = schema
        self.operation = operation

    def resolved(self, node: Any) -> Any:
        """Return what the node refers to, with a lone `allOf` taken away."""
        while isinstance(node, Mapping) and ("$ref" in node or len(node.get("allOf", ())) == 1):
            if "$ref" not in node:
                node = node["allOf"][0]
                continue
            _, _, kind, name = node["$ref"].split("/")
            node = self.schema["components"][kind][name]
        return node

    def answers(self) -> dict[str, Any]:
        return {status: self.resolved(answer) for status, answer in self.operation["responses"].items()}

    def parameters(self) -> dict[tuple[str, str], Any]:
        return {(each["in"], each["name"]): each for each in self.operation.get("parameters", ())}


def _of_operation(old: _Side, new: _Side, name: str) -> Iterator[str]:
    if new.operation is None:
        yield f"{name}: is gone"
        return
    if new.operation["operationId"] != name:
        yield f"{name}: is now called {new.operation['operationId']}"
    if _is_open(old) and not _is_open(new):
        yield f"{name}: needs a token now"
    yield from _of_parameters(old, new, name)
    yield from _of_request(old, new, name)
    yield from _of_answers(old, new, name)


def _is_open(side: _Side) -> bool:
    security = side.operation["security"]
    return not security or {} in security


def _of_parameters(old: _Side, new: _Side, name: str) -> Iterator[str]:
    before, after = old.parameters(), new.parameters()
    for key, parameter in after.items():
        if parameter.get("required") and not before.get(key, {}).get("required"):
            yield f"{name} {key[1]}: must be given now"
    for key, parameter in before.items():
        if key not in after:
            yield f"{name} {key[1]}: is gone"
        else:
            yield from _narrowed(old, parameter["schema"], new, after[key]["schema"], f"{name} {key[1]}")


def _of_request(old: _Side, new: _Side, name: str) -> Iterator[str]:
    before, after = old.operation.get("requestBody", {}), new.operation.get("requestBody", {})
    if after.get("required") and not before.get("required"):
        yield f"{name} request: must be given now"
    for kind, content in before.get("content", {}).items():
        if kind not in after.get("content", {}):
            yield f"{name} request: {kind} is not read any more"
        else:
            where = f"{name} request "
            yield from _narrowed(old, content["schema"], new, after["content"][kind]["schema"], where)


def _of_answers(old: _Side, new: _Side, name: str) -> Iterator[str]:
    after = new.answers()
    for status, answer in old.answers().items():
        where = f"{name} {status}"
        if status not in after:
            yield f"{where}: is gone"
            continue
        yield from _of_headers(old, answer, new, after[status], where)
        for kind, content in answer.get("content", {}).items():
            if kind not in after[status].get("content", {}):
                yield f"{where}: {kind} is not given any more"
            else:
                later = after[status]["content"][kind]["schema"]
                yield from _widened(old, content["schema"], new, later, f"{where} ")


def _of_headers(old: _Side, before: Schema, new: _Side, after: Schema, where: str) -> Iterator[str]:
    for name, header in before.get("headers", {}).items():
        is_sure = new.resolved(after.get("headers", {}).get(name, {})).get("required", False)
        if old.resolved(header).get("required", False) and not is_sure:
            yield f"{where} {name}: is not always sent any more"


def _narrowed(old: _Side, before: Any, new: _Side, after: Any, where: str) -> Iterator[str]:
    """Yield what was accepted and is not any more."""
    before, after = old.resolved(before), new.resolved(after)
    yield from _changed_type(before, after, where)
    if "enum" in after and (gone := _values(before) - _values(after)):
        yield f"{where}: {', '.join(sorted(gone)) or 'any text'} is not accepted any more"
    elif "enum" in after and "enum" not in before:
        yield f"{where}: takes listed values only now"
    if before.get("nullable") and not after.get("nullable"):
        yield f"{where}: may not be null any more"
    if after.get("pattern") not in {None, before.get("pattern")}:
        yield f"{where}: must match another pattern"
    yield from _tighter_bounds(before, after, where)
    for member in sorted(set(after.get("required", ())) - set(before.get("required", ()))):
        yield f"{where}/{member}: must be given now"
    yield from _inside(old, before, new, after, where, _narrowed)


def _widened(old: _Side, before: Any, new: _Side, after: Any, where: str) -> Iterator[str]:
    """Yield what was promised and is not any more."""
    before, after = old.resolved(before), new.resolved(after)
    branches, later = _branches(old, before), _branches(new, after)
    if branches:
        for code, branch in branches.items():
            if code not in later:
                yield f"{where}: the code {code} is gone"
            else:
                yield from _widened_object(old, branch, new, later[code], f"{where}{code} ")
        return
    yield from _widened_object(old, before, new, after, where)


def _widened_object(old: _Side, before: Any, new: _Side, after: Any, where: str) -> Iterator[str]:
    yield from _changed_type(before, after, where)
    if "enum" in before and (added := _values(after) - _values(before)):
        yield f"{where}: can be {', '.join(sorted(added))} too"
    elif "enum" in before and "enum" not in after:
        yield f"{where}: can be anything now"
    if after.get("nullable") and not before.get("nullable"):
        yield f"{where}: can be null now"
    for member in sorted(set(before.get("required", ())) - set(after.get("required", ()))):
        if member in after.get("properties", {}):
            yield f"{where}/{member}: is not always there any more"
    yield from _inside(old, before, new, after, where, _widened)


def _inside(old: _Side, before: Schema, new: _Side, after: Schema, where: str, compare: Any) -> Iterator[str]:
    for member, schema in before.get("properties", {}).items():
        if member not in after.get("properties", {}):
            yield f"{where}/{member}: is gone"
        else:
            yield from compare(old, schema, new, after["properties"][member], f"{where}/{member}")
    if "items" in before and "items" in after:
        yield from compare(old, before["items"], new, after["items"], f"{where}/[]")


def _changed_type(before: Schema, after: Schema, where: str) -> Iterator[str]:
    for part in ("type", "format"):
        if before.get(part) != after.get(part):
            yield f"{where}: its {part} is {after.get(part)}, and was {before.get(part)}"


def _tighter_bounds(before: Schema, after: Schema, where: str) -> Iterator[str]:
    for bound in LOWER_BOUNDS:
        if after.get(bound, float("-inf")) > before.get(bound, float("-inf")):
            yield f"{where}: {bound} is {after[bound]} now"
    for bound in UPPER_BOUNDS:
        if after.get(bound, float("inf")) < before.get(bound, float("inf")):
            yield f"{where}: {bound} is {after[bound]} now"


def _branches(side: _Side, schema: Schema) -> dict[str, Any]:
    branches = [side.resolved(branch) for branch in schema.get("oneOf", (schema,))]
    codes = [branch.get("properties", {}).get("code", {}).get("enum") for branch in branches]
    return {code[0]: branch for code, branch in zip(codes, branches, strict=True) if code}


def _values(schema: Schema) -> set[str]:
    return {str(value) for value in schema.get("enum", ())}
