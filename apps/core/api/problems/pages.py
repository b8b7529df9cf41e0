"""The pages under /api/problems/, where the `type` of a problem leads: HTML for people, JSON for programs."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from rest_framework.utils.encoders import JSONEncoder

from apps.core.api.problems.handlers import problem_body
from apps.core.api.problems.registry import Problem, all_problems, title_of, type_of
from apps.core.exceptions import fault_codes


@require_safe
def problem_list(request: HttpRequest) -> HttpResponse:
    """Show all problems, and the codes of single faults."""
    problems = [_shown(problem) for problem in all_problems().values()]
    return _page(request, "problems/list.html", {"problems": problems, "fault_codes": fault_codes()})


@require_safe
def problem_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a code means, what a client should do, and an example."""
    problem = all_problems().get(code)
    if problem is None:
        raise Http404
    example = problem_body(problem.status, code=code, detail=str(problem.meaning), **problem.example())
    return _page(request, "problems/problem.html", {**_shown(problem), "example": example})


def _shown(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "type": type_of(problem.code),
        "status": int(problem.status),
        "title": title_of(problem.status),
        "meaning": str(problem.meaning),
        "advice": str(problem.advice),
    }


def _page(request: HttpRequest, template: str, content: dict[str, Any]) -> HttpResponse:
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        response: HttpResponse = JsonResponse(
            content, encoder=JSONEncoder, json_dumps_params={"ensure_ascii": False}
        )
    else:
        example = JSONEncoder(indent=2, ensure_ascii=False).encode(content.get("example"))
        response = render(request, template, {**content, "example": example})
    patch_vary_headers(response, ("Accept",))
    return response
