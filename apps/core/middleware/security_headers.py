"""Security headers: what pages may do in a browser, as far as Django itself does not say so."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# Scripts and styles are files of the store, never lines of a page: what gets into a page cannot run.
POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# Swagger UI and Redoc make their styles as they go; Redoc searches in a worker that it makes from a blob.
DOCUMENTATION = "/api/schema/"
DOCUMENTATION_POLICY = POLICY | {
    "style-src": "'self' 'unsafe-inline'",
    "font-src": "'self' data:",
    "worker-src": "'self' blob:",
}
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class SecurityHeadersMiddleware:
    """Send the policy of content with every page, and that of permissions with every response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        media = urlsplit(settings.MEDIA_URL)
        origin = f" {media.scheme}://{media.netloc}" if media.netloc else ""  # of a CDN or a bucket
        self._images = {"img-src": POLICY["img-src"] + origin}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with the headers."""
        response = self.get_response(request)
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        if response.get("Content-Type", "").startswith("text/html"):
            policy = DOCUMENTATION_POLICY if request.path.startswith(DOCUMENTATION) else POLICY
            response["Content-Security-Policy"] = "; ".join(map(" ".join, (policy | self._images).items()))
        return response
