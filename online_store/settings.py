"""Settings of the Online Store. Only this module reads the environment; see `.env.example`."""

import hashlib
import hmac
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.schedules import crontab
from corsheaders.defaults import default_headers
from django.utils.translation import gettext_lazy as _
from dotenv import load_dotenv

from online_store.env import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
load_dotenv(BASE_DIR / ".env")
env = Environment()

# --- What runs here -------------------------------------------------------------------------------------

DEBUG = env.flag("DJANGO_DEBUG", default=False)
STORE_EMBEDDED = env.flag("STORE_EMBEDDED", default=False)
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var"))).resolve()
VAR_DIR.mkdir(parents=True, exist_ok=True)
PORT = env.number("PORT", 8000, at_least=1)
PROXY_COUNT = env.number("PROXY_COUNT", 0)  # proxies before the store that write X-Forwarded-For

STORE_NAME = env.text("STORE_NAME", "Online Store")
STORE_CURRENCY = env.text("STORE_CURRENCY", "RUB")
STORE_URL = env.web_address("STORE_URL", f"http://127.0.0.1:{PORT}")
STORE_APP_URL = env.web_address("STORE_APP_URL")  # whose pages take the tokens that are mailed

ALLOWED_HOSTS = env.words("DJANGO_ALLOWED_HOSTS", ("127.0.0.1", "localhost", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.words("DJANGO_CSRF_TRUSTED_ORIGINS")
CORS_ALLOWED_ORIGINS = env.words("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key", "if-match", "if-none-match", "x-request-id"]
CORS_EXPOSE_HEADERS = ["ETag", "Idempotent-Replayed", "Location", "Retry-After", "X-Request-ID"]
CORS_EXPOSE_HEADERS += ["RateLimit", "RateLimit-Policy"]

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
    "apps.common",
    "apps.jobs",
    "apps.users",
    "apps.idempotency",
    "apps.catalog",
    "apps.orders",
]

MIDDLEWARE = [
    "apps.common.request_id.RequestIdMiddleware",
    "apps.common.metrics.MetricsMiddleware",
    "apps.common.public_answers.PublicAnswersMiddleware",  # what stands below it, a hit does without
    "apps.common.security_headers.SecurityHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.common.languages.LanguageMiddleware",  # before whatever may refuse a request in words
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
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

# --- Database -------------------------------------------------------------------------------------------

DATABASE_ENGINES = {
    "sqlite": "online_store.sqlite3",
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
}
# Both make every transaction one that may write: SQLite cannot upgrade a reading one while another writes.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
DATABASE_POOL_SIZE = env.number("DATABASE_POOL_SIZE", 16)
DATABASE_POOL_SECONDS = 5  # a request waits for a connection, and the pool tries to make one
# Seconds, 0: no limit. What a statement may take, how long it may wait for a row that somebody else has
# locked, and how long a transaction may do nothing. `manage.py` sets others for commands, `entrypoint.sh`
# for workers.
DATABASE_LIMITS = {
    "statement_timeout": env.number("DATABASE_STATEMENT_TIMEOUT", 10),
    "lock_timeout": env.number("DATABASE_LOCK_TIMEOUT", 5),
    "idle_in_transaction_session_timeout": env.number("DATABASE_IDLE_TIMEOUT", 10),
}
DATABASE_PGBOUNCER = env.flag("DATABASE_PGBOUNCER", default=False)
# A server that is gone without a word is noticed within half a minute. Seconds, the last one milliseconds.
DATABASE_KEEPALIVES = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


def _postgres_options(given: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {"connect_timeout": 3, **DATABASE_KEEPALIVES, **given}
    if not DATABASE_PGBOUNCER:  # which refuses start-up options: the role has to carry the limits then
        limits = [f"-c {name}={seconds}s" for name, seconds in DATABASE_LIMITS.items()]
        options["options"] = " ".join([*limits, given.get("options", "")]).strip()
    return options


def _database(variable: str) -> dict[str, Any]:
    default = f"sqlite:///{VAR_DIR / 'store.sqlite3'}"
    database = env.database(variable, default, engines=DATABASE_ENGINES)
    if database["ENGINE"] == DATABASE_ENGINES["sqlite"]:
        return {**database, "OPTIONS": SQLITE_OPTIONS}
    options = _postgres_options(database["OPTIONS"])
    database |= {"CONN_HEALTH_CHECKS": True, "DISABLE_SERVER_SIDE_CURSORS": DATABASE_PGBOUNCER}
    if not DATABASE_POOL_SIZE:
        return {**database, "OPTIONS": options, "CONN_MAX_AGE": 300}
    pool = {
        "min_size": 1,
        "max_size": DATABASE_POOL_SIZE,
        "timeout": DATABASE_POOL_SECONDS,
        # Its pauses double: without this a pool would sleep on after a long outage. So the next request is
        # what makes it try anew.
        "reconnect_timeout": DATABASE_POOL_SECONDS,
    }
    return {**database, "OPTIONS": {**options, "pool": pool}}


DATABASES = {"default": _database("DATABASE_URL")}
ON_SQLITE = DATABASES["default"]["ENGINE"] == DATABASE_ENGINES["sqlite"]
if env.text("DATABASE_REPLICA_URL"):
    DATABASES["replica"] = {**_database("DATABASE_REPLICA_URL"), "TEST": {"MIRROR": "default"}}
    if DATABASE_ENGINES["sqlite"] in {database["ENGINE"] for database in DATABASES.values()}:
        env.problems.append("DATABASE_REPLICA_URL must be a PostgreSQL replica of the one in DATABASE_URL.")
DATABASE_ROUTERS = ["apps.common.replica.ReplicaRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Secrets --------------------------------------------------------------------------------------------

# A local start on SQLite makes its keys; anything else must be given them.
EXAMPLE_KEY = "change-me-change-me-change-me-change-me-change-me-change-me"
SECRET_KEY = env.secret(
    "DJANGO_SECRET_KEY", keep_in=VAR_DIR / "secret_key" if ON_SQLITE else None, example=EXAMPLE_KEY
)


def _jwt_signing_key() -> str:
    if ON_SQLITE or env.text("JWT_SIGNING_KEY"):
        return env.secret("JWT_SIGNING_KEY", keep_in=VAR_DIR / "jwt_signing_key", example=EXAMPLE_KEY)
    # Derived, so that several machines with one secret key agree without a further variable.
    return hmac.new(SECRET_KEY.encode(), b"JWT_SIGNING_KEY", hashlib.sha256).hexdigest()


JWT_SIGNING_KEY = _jwt_signing_key()
JWT_PREVIOUS_SIGNING_KEY = env.optional_secret("JWT_PREVIOUS_SIGNING_KEY", example=EXAMPLE_KEY)

# --- Cache ----------------------------------------------------------------------------------------------

CATALOG_CACHE_SECONDS = 300
ORDERS_CACHE_SECONDS = 60

# A file cache is shared with the management commands that run beside the embedded server, as memory is not.
EMBEDDED_CACHE = {
    "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
    "LOCATION": VAR_DIR / "cache",
    "OPTIONS": {"MAX_ENTRIES": 2000},
}
MEMCACHED_CACHE = {
    "BACKEND": "apps.common.memcached.StoreMemcached",
    "LOCATION": env.words("MEMCACHED_SERVERS", ("127.0.0.1:11211",)),
}
# Of the budgets. Memory counts without a gap, as a file cannot, and the embedded store is one process.
EMBEDDED_COUNTERS = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}
CACHES: dict[str, dict[str, Any]] = {"default": MEMCACHED_CACHE}
if STORE_EMBEDDED:
    CACHES = {"default": EMBEDDED_CACHE, "counters": EMBEDDED_COUNTERS}

# --- Jobs and Celery ------------------------------------------------------------------------------------

JOB_LEASE_SECONDS = 60  # a dead worker's job is taken over after this; a living one renews every third of it
JOB_SWEEP_SECONDS = 3  # how often a worker looks for due jobs itself
JOB_MESSAGE_SECONDS = 10  # how long a message is trusted to be on its way before the job is announced again
JOB_KEEP_DAYS = 90  # finished jobs are deleted after this
JOB_GRACE_SECONDS = env.number("JOB_GRACE_SECONDS", 20)  # for the jobs of a worker that is told to end
JOB_THREADS = env.number("JOB_THREADS", 2, at_least=1)  # of the embedded server and of `manage.py jobs`

CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_SENTINEL_MASTER = env.text("CELERY_BROKER_SENTINEL_MASTER")
if CELERY_BROKER_URL.startswith("sentinel://") and not CELERY_BROKER_SENTINEL_MASTER:
    env.problems.append("CELERY_BROKER_SENTINEL_MASTER must be given with a broker of sentinel://…")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    # A worker asks Redis for lost messages from time to time, and waits for the answer: without a limit it
    # would be deaf for ever when the network has gone without a word, and publishing to a frozen Redis would
    # never end.
    "socket_timeout": 5,
    "socket_connect_timeout": 2,  # a live Redis answers in milliseconds
    "socket_keepalive": True,  # a firewall does not forget a connection that is quiet for hours
    # While a worker waits for messages no time-out runs: it asks now and then whether Redis is still there.
    "health_check_interval": 10,
    # A message is sent again when its job has no end after this: above the limit of a task. The sweep brings
    # a lost job back much sooner, so Celery's own search for such messages keeps its slow pace.
    "visibility_timeout": 300,
}
if CELERY_BROKER_SENTINEL_MASTER:
    CELERY_BROKER_TRANSPORT_OPTIONS |= {
        "master_name": CELERY_BROKER_SENTINEL_MASTER,
        # The client would ask a dead Sentinel three more times, with growing pauses, before the next one.
        "sentinel_kwargs": {"socket_timeout": 1, "socket_connect_timeout": 1, "retry": None},
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # however long Redis is away
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 270
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 5000
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "daily-housekeeping": {
        "task": "apps.jobs.tasks.housekeeping",
        "schedule": crontab(hour="3", minute="30"),
    },
}

# --- Requests that come again -------------------------------------------------------------------------

IDEMPOTENCY_KEEP_HOURS = 48  # how long a request with the same key gets the first answer
ORDERS_NEED_IDEMPOTENCY_KEY = env.flag("ORDERS_NEED_IDEMPOTENCY_KEY", default=False)

# --- Mail and carrier -----------------------------------------------------------------------------------

MAIL_SERVER = env.mail_server("EMAIL_URL")
globals().update(MAIL_SERVER)
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if MAIL_SERVER else "apps.common.mail.MailFolderBackend"
)
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM", "store@localhost")
if MAIL_SERVER and not env.text("EMAIL_FROM"):
    env.problems.append(
        "EMAIL_FROM must be given with an SMTP server: it is the sender of the store's e-mails."
    )

SHIPPING_API_URL = env.web_address("SHIPPING_API_URL")
SHIPPING_API_KEY = env.text("SHIPPING_API_KEY")
SHIPPING_API_TIMEOUT = env.seconds("SHIPPING_API_TIMEOUT", 5.0)
SHIPPING_CONCURRENCY = env.number("SHIPPING_CONCURRENCY", 2, at_least=1)  # calls of all workers

# --- Accounts -------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "users.User"
PASSWORD_HASHERS = [
    "apps.users.hashers.StoreArgon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=10),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),  # a session that is not used for so long is over
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "ALGORITHM": "HS256",
    "AUTH_TOKEN_CLASSES": ("apps.users.tokens.StoreAccessToken",),
}
SESSION_DAYS = 60  # after so long everybody logs in again, however often the tokens were refreshed
PASSWORD_RESET_TIMEOUT = 3600  # seconds that the token of a lost password is good for
ORDERS_NEED_VERIFIED_EMAIL = env.flag("ORDERS_NEED_VERIFIED_EMAIL", default=False)
REFRESH_GRACE_SECONDS = 30  # how long a token that was just replaced gets the same successor

# --- API ------------------------------------------------------------------------------------------------

DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024  # bytes; also the limit of JSON bodies
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # the admin's change lists post a field per row

# Far above what people do, below what a store can bear; docs/adr/0011 says more.
THROTTLES = {
    "register": env.rate("THROTTLE_REGISTER", "" if STORE_EMBEDDED else "60/hour"),
    "password_reset": env.rate("THROTTLE_PASSWORD_RESET", "" if STORE_EMBEDDED else "20/hour"),
    "user": env.rate("THROTTLE_USER", "" if STORE_EMBEDDED else "1200/minute"),
    "address": env.rate("THROTTLE_ADDRESS", "" if STORE_EMBEDDED else "1200/minute"),
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.users.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["apps.common.throttling.BudgetThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.common.parsers.BoundedJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["apps.common.filters.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "apps.common.pagination.StorePagination",
    "DEFAULT_SCHEMA_CLASS": "apps.common.schema.StoreSchema",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS describes nothing that the schema does not
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "apps.common.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Online Store",
    "DESCRIPTION": (
        "A shop's backend: accounts, catalogue and orders.\n\n"
        "Log in with `POST /api/v1/auth/login/` and send the access token as `Authorization: Bearer …`. "
        "Money is a decimal string.\n\n"
        "Errors are `application/problem+json` (RFC 9457); branch on their `code`, whose pages are under "
        "`/api/problems/`. A client must bear members and codes that it does not know: a new one breaks "
        "nothing. Every address answers a method that it does not take with 405 `method_not_allowed`, and a "
        "fault of the store with 500 `server_error`; neither is repeated in each operation."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.0.3",
    "DEFAULT_GENERATOR_CLASS": "apps.common.schema.StoreSchemaGenerator",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.common.schema.define_components",
    ],
    "LICENSE": {"name": "MIT", "url": "https://opensource.org/license/mit"},
    "SERVERS": [{"url": "/", "description": "The store that serves this file"}],
    "TAGS": [
        {"name": "admin", "description": "What staff do, by Django's model permissions"},
        {"name": "auth", "description": "Accounts and tokens"},
        {"name": "categories", "description": "The tree of the catalogue"},
        {"name": "orders", "description": "Orders of the caller, and those that staff may see"},
        {"name": "products", "description": "What is on sale"},
    ],
    "SCHEMA_COERCE_PATH_PK_SUFFIX": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,  # their names are in the language of whoever generates
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": True, "displayRequestDuration": True},
    "ENUM_NAME_OVERRIDES": {
        "OrderStatus": "apps.orders.statuses.OrderStatus.choices",
        "JobStatus": "apps.jobs.models.JobStatus.choices",
    },
}

# --- Languages and time ---------------------------------------------------------------------------------

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "online_store" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- Static files ---------------------------------------------------------------------------------------

STATIC_URL = "/static/"
# The image collects, compresses and names the files by content; a local start serves them where they lie.
STATIC_COLLECTED = bool(env.text("STATIC_ROOT"))
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(VAR_DIR / "static")))
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
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

# --- Security -------------------------------------------------------------------------------------------

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

# --- Logs and figures ----------------------------------------------------------------------------------

LOG_FORMAT = env.choice("LOG_FORMAT", "text", among=("text", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"ids": {"()": "apps.common.logs.IdsFilter"}},
    "formatters": {
        "text": {
            "format": "{asctime} {levelname} {name} [{request_id}] [{job_id}] {message}",
            "style": "{",
        },
        "json": {"()": "apps.common.logs.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["ids"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # Of the processes of a Celery worker; the library keeps it from the root.
        "multiprocessing": {"handlers": ["console"], "propagate": False, "level": "ERROR"},
    },
}
METRICS_TOKEN = env.text("METRICS_TOKEN")  # without one /metrics is not there, and nothing is counted

env.complain()
