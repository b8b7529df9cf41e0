"""The language of a response: the one the client likes best of those the store speaks, else the first."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import override
from django.utils.translation.trans_real import parse_accept_lang_header
from whitenoise.middleware import WhiteNoiseFileResponse

DOCUMENTATION = "/api/schema/"  # is written in English, whoever asks
DOCUMENTATION_LANGUAGE = "en"
FILES = {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}


def language_of(accept_language: str) -> str:
    """Return the language that the header `Accept-Language` (RFC 9110, 12.5.4) asks for.

    A language that is refused by `q=0` is none of those for which `*` stands.
    """
    ranges = [
        (wanted.partition("-")[0], quality) for wanted, quality in parse_accept_lang_header(accept_language)
    ]
    spoken = [code for code, _name in settings.LANGUAGES]
    unnamed = [code for code in spoken if code not in dict(ranges)]
    for wanted, quality in ranges:  # the best first
        fitting = unnamed if wanted == "*" else [code for code in spoken if code == wanted]
        if quality and fitting:
            return fitting[0]
    return settings.LANGUAGE_CODE


class LanguageMiddleware:
    """Answer in the client's language, and say in which (`Content-Language`), and by which header (`Vary`).

    Every response says both, those without a word in them too: RFC 9110, 8.5 has the header name the audience
    that a response was chosen for, and a cache goes by the `Vary` of whichever one it keeps for an address,
    so that of a list must be that of its refusals. An ETag follows from the body alone: where the texts
    differ, the ETags do. What is written in one language whoever asks names that one, as the documentation
    does. Only files and the figures for Prometheus have none.

    Django's own LocaleMiddleware also asks a cookie, for which no cache is told to look, takes `q=0` for a
    wish, and leaves its language to the thread's next request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in its language."""
        language = language_of(request.headers.get("Accept-Language", ""))
        with override(language):
            response = self.get_response(request)
        if isinstance(response, WhiteNoiseFileResponse):
            return response
        if request.path.startswith(settings.MEDIA_PATH) and response.status_code in FILES:
            return response
        if request.path.startswith(DOCUMENTATION) and response.status_code == HTTPStatus.OK:
            language = DOCUMENTATION_LANGUAGE
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language",))
        return response
