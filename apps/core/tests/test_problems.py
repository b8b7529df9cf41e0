"""Every error under /api/ is a problem (RFC 9457), whatever goes wrong and wherever."""

from importlib import import_module

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.urls import path
from rest_framework.exceptions import ErrorDetail, Throttled
from rest_framework.exceptions import ValidationError as InputError
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from apps.core.tests.answers import problem, problem_of

root = import_module(settings.ROOT_URLCONF)  # not by an import statement: `core` knows no other part


WRONG = ErrorDetail("Wrong.", code="odd")
REFUSALS = {
    "odd-names": InputError({"a/b~c": {"0": [WRONG]}}),
    "whole-body": InputError({"non_field_errors": [WRONG]}),
    "whole-row": ValidationError("Wrong.", code="odd"),
    "thousands": InputError({"items": {str(line): [WRONG] for line in range(2000)}}),
}


class FailingView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    failure = RuntimeError("password=hunter2")

    def get(self, request):
        raise self.failure


def failing_page(request):
    raise RuntimeError("password=hunter2")


def forbidden_page(request):
    raise PermissionDenied("password=hunter2")


def page_that_finds_nothing(request):
    raise Http404("password=hunter2")


def page_that_reads_the_body(request):
    return HttpResponse(request.body)


urlpatterns = [
    path("api/v1/failing/", FailingView.as_view()),
    path("api/v1/forbidden/", FailingView.as_view(failure=PermissionDenied("password=hunter2"))),
    path("api/v1/throttled/", FailingView.as_view(failure=Throttled(wait=7.2))),
    *[
        path(f"api/v1/wrong/{name}/", FailingView.as_view(failure=refusal))
        for name, refusal in REFUSALS.items()
    ],
    path("api/v1/finding-nothing/", page_that_finds_nothing),
    path("api/v1/reading/", page_that_reads_the_body),
    path("api/v1/failing-page/", failing_page),
    path("api/v1/forbidden-page/", forbidden_page),
    path("failing-page", failing_page),
    path("forbidden-page", forbidden_page),
    *root.urlpatterns,
]
handler400, handler403 = root.handler400, root.handler403
handler404, handler500 = root.handler404, root.handler500

with_failing_views = pytest.mark.urls(__name__)


@pytest.fixture
def english(api):
    api.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    api.raise_request_exception = False
    return api


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
def test_unknown_address_answers_404(english, method):
    response = getattr(english, method)("/api/v1/no-such-thing/")

    assert problem_of(response) == problem(404, "not_found", "Nothing was found at this address.")


@pytest.mark.parametrize(
    "address",
    [
        "/api/",
        "/api/v2/products/",
        "/api/v1/products/0/",
        "/api/v1/products/01/",
        "/api/v1/products/-1/",
        "/api/v1/products/1.0/",
        "/api/v1/products/9999999999999999999/",
        "/api/v1/products/%00/",
        "/api/v1/products/%D9%A3/",
        "/api/v1/categories/tea/",
    ],
)
def test_ids_that_cannot_be_are_unknown_addresses(english, address):
    response = english.get(address)

    assert problem_of(response) == problem(404, "not_found", "Nothing was found at this address.")


def test_unknown_address_outside_the_api_is_a_page_for_people(english):
    response = english.get("/no-such-page")

    assert response.status_code == 404
    assert response["Content-Type"] == "text/html; charset=utf-8"


def test_method_that_an_address_lacks_answers_405(english):
    response = english.get("/api/v1/auth/login/")

    assert problem_of(response) == problem(405, "method_not_allowed", 'Method "GET" not allowed.')
    assert response["Allow"] == "POST, OPTIONS"


def test_format_that_the_store_does_not_speak_answers_406(english):
    response = english.post("/api/v1/auth/login/", {}, HTTP_ACCEPT="text/html")

    assert problem_of(response) == problem(
        406, "not_acceptable", "Could not satisfy the request Accept header."
    )


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain", "image/png"])
def test_body_that_is_no_json_answers_415(english, content_type):
    response = english.post("/api/v1/auth/login/", "username=admin", content_type=content_type)

    assert problem_of(response) == problem(
        415, "unsupported_media_type", f'Unsupported media type "{content_type}" in request.'
    )


def test_form_with_files_answers_415(english):
    response = english.generic(
        "POST", "/api/v1/auth/login/", b"--x\r\n\r\n--x--", content_type="multipart/form-data; boundary=x"
    )

    assert response.status_code == 415
    assert problem_of(response)["code"] == "unsupported_media_type"


def test_foreign_host_answers_400(english):
    response = english.get("/api/v1/products/", HTTP_HOST="evil.example")

    assert problem_of(response) == problem(400, "bad_request", "The request is malformed.")


def test_foreign_host_outside_the_api_is_a_page_for_people(english):
    response = english.get("/healthz", HTTP_HOST="evil.example")

    assert response.status_code == 400
    assert response["Content-Type"] == "text/html; charset=utf-8"


def test_too_many_query_parameters_answer_400(english):
    query = "&".join(f"word{number}=1" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))

    response = english.get(f"/api/v1/products/?{query}")

    assert problem_of(response) == problem(400, "bad_request", "The request is malformed.")


@with_failing_views
@pytest.mark.parametrize("address", ["/api/v1/failing/", "/api/v1/failing-page/"])
def test_failure_answers_500_and_shows_nothing_of_the_inside(english, address):
    response = english.get(address)

    assert problem_of(response) == problem(
        500, "server_error", "Something went wrong in the store. The error has been logged."
    )
    assert "hunter2" not in response.content.decode()


@with_failing_views
def test_failure_outside_the_api_is_a_page_that_shows_nothing_of_the_inside(english):
    response = english.get("/failing-page")

    assert response.status_code == 500
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["X-Request-ID"]
    assert "hunter2" not in response.content.decode()


@with_failing_views
def test_forbidden_call_answers_403(english):
    response = english.get("/api/v1/forbidden/")

    assert problem_of(response) == problem(
        403, "permission_denied", "You do not have permission to perform this action."
    )


@with_failing_views
def test_throttled_call_is_told_when_to_come_back(english):
    response = english.get("/api/v1/throttled/")

    assert response["Retry-After"] == "8"
    assert response.status_code == 429
    assert problem_of(response)["code"] == "throttled"


@with_failing_views
def test_page_under_the_api_that_finds_nothing_answers_404(english):
    response = english.get("/api/v1/finding-nothing/")

    assert problem_of(response) == problem(404, "not_found", "Nothing was found at this address.")


@with_failing_views
def test_body_that_is_too_large_for_a_page_under_the_api_answers_413(english):
    response = english.post("/api/v1/reading/", "x" * (512 * 1024 + 1), content_type="text/plain")

    assert problem_of(response) == problem(413, "body_too_large", "The request body is too large.")


@with_failing_views
def test_forbidden_page_under_the_api_is_a_problem(english):
    response = english.get("/api/v1/forbidden-page/")

    assert problem_of(response) == problem(403, "permission_denied", "You do not have permission to do this.")


@with_failing_views
def test_forbidden_page_outside_the_api_is_a_page_for_people(english):
    response = english.get("/forbidden-page")

    assert response.status_code == 403
    assert response["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("method", "address", "accept", "status"),
    [
        ("post", "/api/schema/", "*/*", 405),
        ("get", "/api/schema/", "text/plain", 406),
        ("post", "/api/schema/swagger-ui/", "text/html", 405),
        ("get", "/api/schema/redoc/", "application/json", 406),
    ],
)
def test_errors_of_the_schema_pages_are_json_too(english, method, address, accept, status):
    response = getattr(english, method)(address, HTTP_ACCEPT=accept)

    assert response.status_code == status
    assert problem_of(response)["status"] == status


@pytest.mark.django_db
def test_read_that_is_to_match_another_etag_answers_412(english):
    response = english.get("/api/v1/products/", HTTP_IF_MATCH='"another"')

    assert response.status_code == 412
    assert problem_of(response)["title"] == "Precondition Failed"


@pytest.mark.django_db
def test_date_to_compare_with_is_ignored_where_answers_have_none(english):
    response = english.get("/api/v1/products/", HTTP_IF_UNMODIFIED_SINCE="Mon, 01 Jan 2024 00:00:00 GMT")

    assert response.status_code == 200
    assert response.json() == {
        "count": 0,
        "next": None,
        "previous": None,
        "search_widened": False,
        "did_you_mean": None,
        "results": [],
    }


def test_errors_speak_russian_unless_english_is_asked_for(api):
    russian = api.get("/api/v1/no-such-thing/")
    german = api.get("/api/v1/no-such-thing/", HTTP_ACCEPT_LANGUAGE="de")
    english = api.get("/api/v1/no-such-thing/", HTTP_ACCEPT_LANGUAGE="en-GB,ru;q=0.5")

    assert russian.json()["detail"] == "По этому адресу ничего нет."
    assert german.json()["detail"] == "По этому адресу ничего нет."
    assert english.json()["detail"] == "Nothing was found at this address."
    assert russian.json()["code"] == english.json()["code"] == "not_found"


@with_failing_views
@pytest.mark.parametrize(
    ("address", "pointers"),
    [
        pytest.param("odd-names", ["/a~1b~0c/0"], id="what a pointer must escape"),
        pytest.param("whole-body", [""], id="an error of the whole body"),
        pytest.param("whole-row", [""], id="an error of a whole row"),
        pytest.param(
            "thousands", [f"/items/{line}" for line in range(100)], id="thousands are cut to a hundred"
        ),
    ],
)
def test_each_error_points_at_the_value_it_speaks_of(english, address, pointers):
    response = english.get(f"/api/v1/wrong/{address}/")

    assert problem_of(response) == problem(
        400,
        "validation_error",
        "Some values in the request are invalid.",
        errors=[{"code": "odd", "detail": "Wrong.", "pointer": pointer} for pointer in pointers],
    )
