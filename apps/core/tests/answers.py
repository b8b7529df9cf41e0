"""Assertions about responses."""

import re
from datetime import datetime
from typing import Any

from django.utils.translation import override

from apps.core.api.problems.registry import title_of

PROBLEM = "application/problem+json"


def problem_of(response: Any) -> dict[str, Any]:
    """Return the problem without its request id, which must be the header's own."""
    assert response["Content-Type"] == PROBLEM
    body = response.json()
    assert body.pop("request_id") == response["X-Request-ID"]
    assert body["status"] == response.status_code
    return body


def problem(status: int, code: str, detail: str, **members: Any) -> dict[str, Any]:
    """Return what a problem must say, apart from its request id, in the language of the detail."""
    with override("ru" if re.search("[а-я]", detail) else "en"):
        title = title_of(status)
    return {
        "type": f"/api/problems/{code}/",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        **members,
    }


def refusal_of(response: Any) -> tuple[int, str, list[tuple[str, str]]]:
    """Return status and code of a problem, and the (code, pointer or parameter) of each of its errors."""
    body = problem_of(response)
    with override(response["Content-Language"]):
        assert body["title"] == title_of(response.status_code)
    assert body["detail"]
    errors = body.get("errors", [])
    assert all(error["detail"] for error in errors)
    return (
        response.status_code,
        body["code"],
        [(error["code"], error[next(iter(error.keys() & {"pointer", "parameter"}))]) for error in errors],
    )


def on_the_wire(moment: datetime) -> str:
    """Return the moment as the API writes it."""
    return moment.isoformat().replace("+00:00", "Z")
