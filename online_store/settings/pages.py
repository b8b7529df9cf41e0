"""Languages, static files, and what browsers are told."""

from django.utils.translation import gettext_lazy as _

from online_store.env.values import made_folder
from online_store.settings.store import BASE_DIR, STORE_TIME_ZONE, VAR_DIR, env

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "online_store" / "locale"]
TIME_ZONE = STORE_TIME_ZONE  # of pages and documents; the API, exports and the log are in UTC
USE_TZ = True

STATIC_URL = "/static/"
# The image collects, compresses and names the files by content; a local start serves them where they lie.
STATIC_COLLECTED = bool(env.text("STATIC_ROOT"))
STATIC_ROOT = env.folder("STATIC_ROOT", VAR_DIR / "static", made_folder)
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no font or script here is meant for other sites
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}

# Behind a proxy that ends TLS and overwrites X-Forwarded-Proto; without one the header would be the client's
# own.
HTTPS_PROXY = env.flag("DJANGO_HTTPS_PROXY", default=False)
if HTTPS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
else:
    # They ask for TLS, which ends in the proxy that is not there.
    SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_PROXY
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
