"""The REST framework, its limits, and the schema."""

from online_store.settings.base import STORE_EMBEDDED, env

DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024  # bytes; also the limit of JSON bodies
BULK_MAX_BYTES = 4 * 1024 * 1024  # of JSON bodies that write many rows at once
IMPORT_MAX_BYTES = 200 * 1024 * 1024  # of a table of products; the proxy lets a little more through
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # the admin's change lists post a field per row

# Far above what people do, below what a store can bear; docs/adr/0011 says more.
THROTTLES = {
    "register": env.rate("THROTTLE_REGISTER", "" if STORE_EMBEDDED else "60/hour"),
    "password_reset": env.rate("THROTTLE_PASSWORD_RESET", "" if STORE_EMBEDDED else "20/hour"),
    "mail": env.rate("THROTTLE_MAIL", "" if STORE_EMBEDDED else "20/hour"),
    "mailbox": env.rate("THROTTLE_MAILBOX", "" if STORE_EMBEDDED else "20/day"),
    "unconfirmed": env.rate("THROTTLE_UNCONFIRMED", "" if STORE_EMBEDDED else "100/day"),
    "coupon": env.rate("THROTTLE_COUPON", "" if STORE_EMBEDDED else "30/hour"),
    "payment": env.rate("THROTTLE_PAYMENT", "" if STORE_EMBEDDED else "60/hour"),
    "callback": env.rate("THROTTLE_CALLBACK", "" if STORE_EMBEDDED else "60/minute"),
    "user": env.rate("THROTTLE_USER", "" if STORE_EMBEDDED else "1200/minute"),
    "address": env.rate("THROTTLE_ADDRESS", "" if STORE_EMBEDDED else "1200/minute"),
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.users.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["apps.core.api.throttling.RateLimitThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.core.api.parsers.BoundedJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["apps.core.api.filters.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "apps.core.api.pagination.page_numbers.StorePagination",
    "DEFAULT_SCHEMA_CLASS": "apps.core.api.openapi.schema.StoreSchema",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS describes nothing that the schema does not
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "apps.core.api.problems.handlers.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Online Store",
    "DESCRIPTION": (
        "An online store's backend: accounts, catalogue and orders.\n\n"
        "Log in with `POST /api/v1/auth/login/` and send the access token as `Authorization: Bearer …`. "
        "Amounts of money are decimal strings.\n\n"
        "Errors are `application/problem+json` (RFC 9457). Branch on their `code`; every code is explained "
        "under `/api/problems/`. Ignore unknown members and error codes; adding one is not a breaking "
        "change. Any address can answer 405 `method_not_allowed` or 500 `server_error`, so these are not "
        "listed for each operation."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.0.3",
    "DEFAULT_GENERATOR_CLASS": "apps.core.api.openapi.schema.StoreSchemaGenerator",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.core.api.openapi.components.define_components",
    ],
    "LICENSE": {"name": "MIT", "url": "https://opensource.org/license/mit"},
    "SERVERS": [{"url": "/", "description": "The store that serves this file"}],
    "TAGS": [
        # In the order of the documentation's pages.
        {"name": "auth", "description": "Accounts, sessions and tokens"},
        {"name": "products", "description": "Products on sale"},
        {"name": "product-groups", "description": "Variants of one thing, such as its sizes"},
        {"name": "categories", "description": "The category tree"},
        {"name": "orders", "description": "Orders: customers see their own, staff see all"},
        {"name": "payment-methods", "description": "How orders can be paid"},
        {"name": "payments", "description": "Callbacks of payment providers"},
        {"name": "address-rules", "description": "What an address needs in each country"},
        {"name": "pickup-points", "description": "Where orders can be collected"},
        {"name": "admin", "description": "Staff only, by Django's model permissions"},
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
    # JavaScript, for the plugin: it stands in static/documentation/swagger-login.js.
    "SWAGGER_UI_SETTINGS": (
        "{persistAuthorization: true, displayRequestDuration: true, plugins: [StoreLogin]}"
    ),
    "ENUM_NAME_OVERRIDES": {
        "OrderStatus": "apps.orders.statuses.OrderStatus.choices",
        "PaymentState": "apps.payments.statuses.PaymentState.choices",
        "RefundState": "apps.payments.statuses.RefundState.choices",
        "ImageStatus": "apps.catalog.models.ImageStatus.choices",
        "JobStatus": "apps.jobs.models.JobStatus.choices",
        "RowStatus": "apps.integrations.rows.RowStatus",
    },
}
