"""Problems in the OpenAPI schema: the schema and example of each code, a response of each status."""

from collections.abc import Iterable, Iterator
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

from drf_spectacular.plumbing import build_basic_type

from apps.core.api.openapi.headers import EVERY_RESPONSE, header_references
from apps.core.api.problems.handlers import CONTENT_TYPE
from apps.core.api.problems.registry import Problem, title_of, type_of
from apps.core.caching.cache_control import NO_STORE
from apps.core.money import MoneyText

EXAMPLE_REQUEST_ID = "c4bc1d73a44c4baebea687374167acbf"
MONEY = {"type": "string", "format": "decimal", "pattern": r"^-?\d+\.\d{2}$"}

Schema = dict[str, Any]


def problem_response(problems: Iterable[Problem]) -> Schema:
    """Return the description of a response that can be any of the problems, all of one status."""
    by_code = {problem.code: problem for problem in sorted(problems, key=lambda each: each.code)}
    return {
        "description": "\n".join(f"- `{code}`: {problem.meaning}" for code, problem in by_code.items()),
        "headers": _headers(list(by_code.values())),
        "content": {
            CONTENT_TYPE: {
                "schema": _any_of(by_code),
                "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in by_code},
            }
        },
    }


def problem_components(problems: Iterable[Problem]) -> dict[str, dict[str, Schema]]:
    """Return what the responses refer to: the schema and the example of each problem."""
    schemas, examples = {}, {}
    for problem in problems:
        schemas[_name(problem.code)] = _problem_schema(problem)
        schemas |= dict(_nested_schemas(problem.members))
        examples[problem.code] = {"summary": str(problem.meaning), "value": _example(problem)}
    return {"schemas": schemas, "examples": examples}


def _headers(problems: list[Problem]) -> Schema:
    names = {name for problem in problems for name in problem.headers}
    if problems[0].status == 401:
        names.add("WWW-Authenticate")
    always = {
        name for name in names if all(name in (*problem.headers, "WWW-Authenticate") for problem in problems)
    }
    return header_references([*NO_STORE, *EVERY_RESPONSE, *sorted(always)], sometimes=sorted(names - always))


def _any_of(by_code: dict[str, Problem]) -> Schema:
    references = {code: f"#/components/schemas/{_name(code)}" for code in by_code}
    if len(references) == 1:
        return {"$ref": references.popitem()[1]}
    return {
        "oneOf": [{"$ref": reference} for reference in references.values()],
        "discriminator": {"propertyName": "code", "mapping": references},
    }


def _problem_schema(problem: Problem) -> Schema:
    own = {name: _schema_of(hint) for name, hint in _members(problem.members).items()}
    shared = {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "URL of the page that explains the code",
        },
        "title": {"type": "string", "description": "Name of the HTTP status"},
        "status": {"type": "integer", "minimum": int(problem.status), "maximum": int(problem.status)},
        "detail": {
            "type": "string",
            "description": "A message for people, in the language of Accept-Language",
        },
        "code": {"type": "string", "enum": [problem.code], "description": "A stable code for programs"},
        "request_id": {"type": "string", "description": "Same as the X-Request-ID header"},
    }
    return {
        "type": "object",
        "description": f"{problem.meaning}\n\n{problem.advice}",
        "properties": own | shared,
        "required": sorted([*getattr(problem.members, "__required_keys__", ()), *shared]),
    }


def _nested_schemas(hint: Any) -> Iterator[tuple[str, Schema]]:
    for inner in _members(hint).values():
        for nested in (inner, *get_args(inner)):
            if is_typeddict(nested):
                yield nested.__name__, _object_schema(nested)
                yield from _nested_schemas(nested)


def _object_schema(hint: Any) -> Schema:
    return {
        "type": "object",
        "description": hint.__doc__,
        "properties": {name: _schema_of(inner) for name, inner in _members(hint).items()},
        "required": sorted(hint.__required_keys__),
    }


def _members(hint: Any) -> dict[str, Any]:
    return get_type_hints(hint) if is_typeddict(hint) else {}


def _schema_of(hint: Any) -> Schema:
    if hint is MoneyText:
        return MONEY
    if get_origin(hint) is list:
        return {"type": "array", "items": _schema_of(get_args(hint)[0])}
    if NoneType in get_args(hint):
        return {**_schema_of(get_args(hint)[0]), "nullable": True}
    if is_typeddict(hint) or issubclass(hint, Enum):
        return {"$ref": f"#/components/schemas/{hint.__name__}"}
    return dict(build_basic_type(hint) or {})


def _example(problem: Problem) -> Schema:
    return {
        **problem.example(),
        "type": type_of(problem.code),
        "title": title_of(problem.status),
        "status": int(problem.status),
        "detail": str(problem.meaning),
        "code": problem.code,
        "request_id": EXAMPLE_REQUEST_ID,
    }


def _name(code: str) -> str:
    return f"{code.title().replace('_', '')}Problem"
