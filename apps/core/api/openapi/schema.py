"""The OpenAPI schema: what an operation answers by rule, and by what its view declares."""

from collections.abc import Callable
from http import HTTPStatus
from itertools import groupby
from typing import Any, TypeVar

from django.utils.translation import override
from drf_spectacular.drainage import warn
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import Direction, OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS, AllowAny

from apps.core.api.fields import MAX_ID_DIGITS, MomentField
from apps.core.api.openapi.headers import EVERY_RESPONSE, header_references
from apps.core.api.openapi.problems import problem_response
from apps.core.api.operations import Operation, operation_of
from apps.core.api.permissions import StaffOnly, StaffWrites
from apps.core.api.problems.registry import Problem, all_problems, title_of
from apps.core.api.serializers import InputSerializer
from apps.core.exceptions import PreconditionFailed, Where

LANGUAGE = "en"  # of the schema, whoever asks for it
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of the client's copy; 304 is returned while it is current",
    "schema": {"type": "string"},
    "example": '"9b2cf535f27731c974343645a3985328"',
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "ETags of the versions the change applies to, or *; if none is current, 412 is returned "
    "and nothing is changed",
    "schema": {"type": "string"},
}
WITH_BODY = ["200", "201", "202"]
COLUMN_BOUNDS = {2**31 - 1, -(2**31), 2**63 - 1, -(2**63)}
SerializerClass = TypeVar("SerializerClass", bound=type[serializers.BaseSerializer[Any]])


def shown_as(
    value: dict[str, Any], media_type: str = "application/json"
) -> Callable[[SerializerClass], SerializerClass]:
    """Decorate a serializer with an example of what it reads or writes."""
    example = OpenApiExample("example", value=value, status_codes=WITH_BODY, media_type=media_type)
    return extend_schema_serializer(examples=[example])


class ProblemErrorOutput(serializers.Serializer[Any]):
    """A single error in a request."""

    code = serializers.CharField()
    detail = serializers.CharField()
    pointer = serializers.CharField(required=False, help_text="JSON Pointer to the value in the body")
    parameter = serializers.CharField(required=False, help_text="Name of the query parameter")


class StoreSchema(AutoSchema):
    """Describe an operation with every problem and header that it can answer with."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Return the description, which says in words of its own when nobody has to sign in."""
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            operation.setdefault("security", [])
        return operation

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Return the ways to sign in; an empty one means that nobody has to."""
        auth = [scheme for scheme in super().get_auth() if scheme]
        return [*auth, {}] if auth and self._is_open() else auth

    def _map_basic_serializer(self, serializer: Any, direction: Direction) -> dict[str, Any]:
        schema = super()._map_basic_serializer(serializer, direction)
        for name, member in schema.get("properties", {}).items():
            if direction == "response" or isinstance(serializer.fields[name], serializers.RelatedField):
                _drop_bounds_of_the_database(member)
            if direction == "request":  # generated clients would insist on it, or send it with a PATCH
                member.pop("default", None)
        if direction == "response":  # whatever a model's default is, a response has the member
            optional = {name for name, field in serializer._declared_fields.items() if _is_optional(field)}
            schema["required"] = sorted(schema.get("properties", {}).keys() - optional)
        elif isinstance(serializer, InputSerializer):
            schema["additionalProperties"] = False
        else:
            warn(f"{type(serializer).__name__} reads a body: it has to be an InputSerializer")
        return schema

    def _map_serializer_field(self, field: Any, *args: Any, **kwargs: Any) -> Any:
        schema = super()._map_serializer_field(field, *args, **kwargs)
        schema |= getattr(field, "described_as", {})
        if isinstance(field, serializers.DateTimeField) and not isinstance(field, MomentField):
            warn(f"{field.field_name} would be shown in the store's time zone: it has to be a MomentField")
        if isinstance(field, serializers.ListSerializer) and (most := getattr(field, "max_length", None)):
            schema |= {"minItems": int(not field.allow_empty), "maxItems": most}
        return schema

    def _get_paginator(self) -> Any:
        return super()._get_paginator() if getattr(self.view, "action", "") == "list" else None

    def _get_request_for_media_type(
        self, serializer: Any, direction: Direction = "request"
    ) -> tuple[dict[str, Any] | None, bool]:
        # The library takes every PATCH for partial; here only a serializer that says so is.
        if self.method != "PATCH" or getattr(serializer, "partial", False):
            return super()._get_request_for_media_type(serializer, direction)
        return self.resolve_serializer(serializer, direction).ref, True

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        sent, links = self._operation.headers, self._operation.links
        for status in [*bodies, *sent]:
            if status >= "400":
                warn(f"{status} is described by hand: let @raises(…) name the refusals instead")
            body = bodies.setdefault(status, {})
            body["headers"] = header_references([*EVERY_RESPONSE, *sent.get(status, ())]) | body.get(
                "headers", {}
            )
            body["description"] = body.get("description") or HTTPStatus(int(status)).phrase
            if status in links:
                body["links"] = links[status]
        return dict(sorted((bodies | self._problem_responses()).items()))

    def _problem_responses(self) -> dict[str, Any]:
        problems = sorted(self._problems(), key=lambda problem: problem.status)
        return {
            str(int(status)): self._problem_response(list(group))
            for status, group in groupby(problems, key=lambda problem: problem.status)
        }

    def _problem_response(self, problems: list[Problem]) -> dict[str, Any]:
        response = problem_response(problems)
        # What follows by rule, or is one code, is alike in many operations, and stands in the schema once.
        if len(problems) == 1:
            name = problems[0].code.title().replace("_", "")
        elif any(problem.where is Where.DECLARED for problem in problems):
            return response
        else:
            title = title_of(problems[0].status).title().replace(" ", "")
            name = title + _kind_of({each.where for each in problems})
        component = ResolvedComponent(name, ResolvedComponent.RESPONSE, schema=response, object=name)
        self.registry.register_on_missing(component)
        return component.ref

    def _problems(self) -> list[Problem]:
        has_token = bool(self.view.get_authenticators())
        applies = {
            Where.DECLARED: False,
            Where.EVERYWHERE: True,
            Where.BODY: self.method not in SAFE_METHODS,
            Where.ROW: "{" in self.path or self._is_list_view(),
            Where.TOKEN: has_token,
            Where.SIGNED_IN: has_token and not self._is_open(),
            Where.STAFF: self._needs_staff(),
            Where.OUTSIDE: False,
        }
        codes = self._operation.codes
        return [each for each in all_problems().values() if applies[each.where] or each.code in codes]

    @property
    def _operation(self) -> Operation:
        return operation_of(getattr(self.view, getattr(self.view, "action", None) or self.method.lower()))

    def _is_open(self) -> bool:
        permissions = self.view.get_permissions()
        return (
            any(isinstance(permission, AllowAny) for permission in permissions) or not self._needs_sign_in()
        )

    def _needs_sign_in(self) -> bool:
        reads = self.method in SAFE_METHODS
        return not (reads and any(isinstance(each, StaffWrites) for each in self.view.get_permissions()))

    def _needs_staff(self) -> bool:
        is_staff_view = any(isinstance(permission, StaffOnly) for permission in self.view.get_permissions())
        return is_staff_view and not self._is_open()

    def _get_parameters(self) -> list[dict[str, Any]]:
        parameters = super()._get_parameters()
        if "304" in self._operation.headers:
            parameters.append(IF_NONE_MATCH)
        if PreconditionFailed in self._operation.refusals:
            parameters.append(IF_MATCH)
        for parameter in parameters:
            if parameter["in"] == "query":
                parameter["allowEmptyValue"] = True  # which counts as not given
                if parameter["schema"].get("type") == "object":
                    parameter |= {"style": "deepObject", "explode": True}
        return sorted(parameters, key=lambda parameter: (parameter["in"] != "path", parameter["name"]))

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        parameters = super()._resolve_path_parameters(variables)
        for parameter in parameters:
            name = parameter["name"].removesuffix("_id")
            if name == "slug":
                parameter["description"] = f"Slug of the {self._row_name()}"
                parameter["schema"] = {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"}
                parameter["example"] = self.view.example_slug  # type: ignore[attr-defined]  # a view set's
                continue
            parameter["description"] = f"Id of the {name if name != 'id' else self._row_name()}"
            if parameter["schema"].get("format") == "uuid":
                continue
            parameter["schema"] = {"type": "integer", "minimum": 1, "maximum": 10**MAX_ID_DIGITS - 1}
            parameter["example"] = 1
        return parameters

    def _row_name(self) -> str:
        return str(self.view.queryset.model._meta.verbose_name)  # type: ignore[attr-defined]  # a view set's


class StoreSchemaGenerator(SchemaGenerator):
    """Make the schema, the same one whoever asks for it."""

    def get_schema(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the schema in English."""
        with override(LANGUAGE):
            return super().get_schema(*args, **kwargs)


def _kind_of(rules: set[Where]) -> str:
    """Return what tells apart the responses of one status that follow by different rules."""
    if Where.BODY in rules:
        return "OfBody"
    return "OfToken" if Where.TOKEN in rules and Where.SIGNED_IN not in rules else ""


def _drop_bounds_of_the_database(schema: dict[str, Any]) -> None:
    """Leave out how large a number a column can hold, which differs from one database to the other."""
    for name in ("maximum", "minimum"):
        if schema.get(name) in COLUMN_BOUNDS:
            del schema[name]
            schema.pop("format", None)


def _is_optional(field: Any) -> bool:
    return not (field.required or field.read_only)
