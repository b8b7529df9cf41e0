"""Security: HTTPS behind a proxy, cookies and headers."""

from online_store.settings.base import env

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
