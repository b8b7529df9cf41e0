"""Keys, passwords, tokens and sessions."""

import hashlib
import hmac
from datetime import timedelta

from online_store.settings.base import VAR_DIR, env
from online_store.settings.database import ON_SQLITE

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
    "LEEWAY": 60,  # seconds by which the clocks of the store's machines may differ
    "AUTH_TOKEN_CLASSES": ("apps.users.tokens.StoreAccessToken",),
}
SESSION_DAYS = 60  # after so long everybody logs in again, however often the tokens were refreshed
PASSWORD_RESET_TIMEOUT = 3600  # seconds that the token of a lost password is good for
REFRESH_GRACE_SECONDS = 30  # how long a token that was just replaced gets the same successor
