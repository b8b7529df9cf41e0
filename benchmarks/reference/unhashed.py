"""The store's settings with passwords that cost nothing to check: what a login does beside it can be seen."""

from online_store.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
