"""Base: where and how the project runs, its apps, middleware and hosts."""

from pathlib import Path

from corsheaders.defaults import default_headers

from online_store.env import Environment, dotenv_file
from online_store.env.hosts import allowed_host
from online_store.env.values import private_folder
from online_store.env.web import origin

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = Environment(problems=dotenv_file.load(BASE_DIR / ".env"))

DEBUG = env.flag("DJANGO_DEBUG", default=False)
STORE_EMBEDDED = env.flag("STORE_EMBEDDED", default=False)
VAR_DIR = env.folder("VAR_DIR", BASE_DIR / "var", private_folder)
PORT = env.number("PORT", 8000, at_least=1, at_most=65_535)
PROXY_COUNT = env.number("PROXY_COUNT", 0, at_most=20)  # proxies before the store that write X-Forwarded-For

ALLOWED_HOSTS = env.words("DJANGO_ALLOWED_HOSTS", ("127.0.0.1", "localhost", "[::1]"), allowed_host)
CSRF_TRUSTED_ORIGINS = env.words("DJANGO_CSRF_TRUSTED_ORIGINS", (), origin(wildcards=True))
CORS_ALLOWED_ORIGINS = env.words("CORS_ALLOWED_ORIGINS", (), origin(apps=True))
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key", "if-match", "if-none-match", "x-request-id"]
# Whatever the schema describes and a browser would keep from pages of other origins; test_cors.py compares.
CORS_EXPOSE_HEADERS = [
    "Cache-Status",
    "Content-Disposition",
    "Date",
    "ETag",
    "Idempotent-Replayed",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-ID",
]

INSTALLED_APPS = [
    "online_store.admin.StoreAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "online_store",
    "apps.core",
    "apps.audit",
    "apps.jobs",
    "apps.users",
    "apps.idempotency",
    "apps.import_export",
    "apps.store",
    "apps.catalog",
    "apps.delivery",
    "apps.promotions",
    "apps.orders",
    "apps.payments",
    "apps.shipments",
    "apps.integrations",
    "apps.backoffice",
]

MIDDLEWARE = [
    "apps.core.observability.request_id.RequestIdMiddleware",
    "apps.core.observability.metrics.MetricsMiddleware",
    "apps.core.middleware.head_requests.HeadMiddleware",
    "apps.core.caching.middleware.PublicCacheMiddleware",  # what stands below it, a hit does without
    "apps.core.middleware.security_headers.SecurityHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.core.middleware.language.LanguageMiddleware",  # before whatever may refuse a request in words
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.audit.middleware.AuditMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "apps.core.admin.database_errors.DatabaseErrorMiddleware",
]

ROOT_URLCONF = "online_store.urls"
WSGI_APPLICATION = "online_store.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "online_store" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
