"""A response to HEAD has no body, and tells the length that it would have."""

import io
from collections.abc import Iterator

import pytest
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory

from apps.core.middleware.head_requests import HeadMiddleware


class Untouched:
    """What must not be read."""

    closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        raise AssertionError("It was read")

    def close(self) -> None:
        self.closed = True


def answer_to(method: str, response: HttpResponseBase) -> HttpResponseBase:
    request = RequestFactory().generic(method, "/")
    return HeadMiddleware(lambda _request: response)(request)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    "response", [HttpResponse(b"words"), FileResponse(io.BytesIO(b"words"))], ids=["text", "file"]
)
def test_length_is_told_without_the_body(response: HttpResponseBase):
    answer = answer_to("HEAD", response)

    assert b"".join(answer) == b""
    assert answer["Content-Length"] == "5"


@pytest.mark.django_db  # whose connection is looked after at the end of a response
def test_stream_is_not_read_and_closed():
    stream = Untouched()

    answer = answer_to("HEAD", StreamingHttpResponse(stream))

    assert b"".join(answer) == b""
    answer.close()
    assert stream.closed
    assert "Content-Length" not in answer


def test_other_requests_get_the_body():
    assert b"".join(answer_to("GET", FileResponse(io.BytesIO(b"words")))) == b"words"
