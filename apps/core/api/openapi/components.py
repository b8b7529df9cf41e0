"""Components of the OpenAPI schema: what operations refer to by a name, which generated clients repeat."""

from typing import Any

from apps.core.api.openapi.headers import header_components
from apps.core.api.openapi.problems import problem_components
from apps.core.api.problems.registry import all_problems

NULL = "#/components/schemas/NullEnum"


def define_components(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add the problems, examples and headers that the operations refer to, and name the enums of parameters.

    A hook of drf-spectacular, after the one that gives the enums of serializers their names.
    """
    known = {**problem_components(all_problems().values()), "headers": header_components()}
    _name_parameter_enums(result)
    _name_nullable_enums(result["components"]["schemas"])
    _name_nullable_objects(result)
    wanted = list(_references(result))
    while wanted:
        _, _, kind, name = wanted.pop().split("/")
        components = result["components"].setdefault(kind, {})
        if name not in components:
            components[name] = known[kind][name]
            wanted += _references(components[name])
    result["components"] = {
        kind: dict(sorted(components.items())) for kind, components in sorted(result["components"].items())
    }
    return result


def _name_parameter_enums(result: dict[str, Any]) -> None:
    schemas = result["components"]["schemas"]
    names = {frozenset(schema["enum"]): name for name, schema in schemas.items() if "enum" in schema}
    for path in result["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                schema = parameter["schema"]
                schema.pop("title", None)  # a label of the form
                if "example" in schema:
                    parameter["example"] = schema.pop("example")
                if "description" in parameter:
                    parameter["description"] = parameter["description"].strip()
                holder, key = (schema, "items") if schema.get("type") == "array" else (parameter, "schema")
                if "enum" in holder[key]:
                    values = frozenset(holder[key]["enum"])
                    own_name = operation["operationId"][0].upper() + operation["operationId"][1:]
                    name = names.setdefault(values, own_name + parameter["name"].title())
                    schemas.setdefault(name, {"type": "string", "enum": sorted(values)})
                    holder[key] = {"$ref": f"#/components/schemas/{name}"}


def _name_nullable_enums(schemas: dict[str, Any]) -> None:
    """Give an enum that may be null one name, where drf-spectacular has a choice of several schemas."""
    for schema in list(schemas.values()):
        for member in schema.get("properties", {}).values():
            references = [choice.get("$ref") for choice in member.get("oneOf", ())]
            if NULL in references:
                name = references[0].rpartition("/")[2]
                values = [*schemas[name]["enum"], None]
                schemas[f"{name}OrNull"] = {"type": "string", "nullable": True, "enum": values}
                member.clear()
                member["$ref"] = f"#/components/schemas/{name}OrNull"
    for name in ("BlankEnum", "NullEnum"):
        schemas.pop(name, None)


def _name_nullable_objects(result: dict[str, Any]) -> None:
    """Give an object that may be null a name: beside `allOf`, OpenAPI 3.0.3 gives `nullable` no meaning.

    The title is what generated clients call it. What is never used without null is left out.
    """
    schemas, names = result["components"]["schemas"], set()
    for schema in list(schemas.values()):
        for member in schema.get("properties", {}).values():
            if member.get("nullable") and "allOf" in member:
                name = member["allOf"][0]["$ref"].rpartition("/")[2]
                names.add(name)
                schemas[f"{name}OrNull"] = {"title": name, **schemas[name], "nullable": True}
                member.clear()
                member["$ref"] = f"#/components/schemas/{name}OrNull"
    used = {reference.rpartition("/")[2] for reference in _references(result)}
    for name in names & used:  # two may not have one title
        del schemas[f"{name}OrNull"]["title"]
    for name in names - used:
        del schemas[name]


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [reference for each in node for reference in _references(each)]
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [reference for each in node.values() for reference in _references(each)]
    return []
