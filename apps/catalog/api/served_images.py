"""Files of pictures, served as the proxy of Compose serves them: for good, and no other of the folder."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe


@require_safe
def served_image(request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer with the file of this name. Raises Http404 without one, and when they are in a bucket."""
    if not settings.MEDIA_IN_FOLDER:
        raise Http404
    etag = quote_etag(name.rpartition("/")[2])
    answer: HttpResponseBase = get_conditional_response(request, etag=etag) or _file(name)
    answer["ETag"] = etag
    answer["Cache-Control"] = settings.MEDIA_CACHE_CONTROL
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _file(name: str) -> FileResponse:
    try:
        return FileResponse(default_storage.open(name), content_type="image/webp")
    except FileNotFoundError:
        raise Http404 from None
