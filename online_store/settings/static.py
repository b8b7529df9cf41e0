"""Static files, and the storages of all files."""

from online_store.env.values import made_folder
from online_store.settings.base import VAR_DIR, env
from online_store.settings.media import MEDIA_STORAGES

STATIC_URL = "/static/"
# The image collects, compresses and names the files by content; a local start serves them where they lie.
STATIC_COLLECTED = bool(env.text("STATIC_ROOT"))
STATIC_ROOT = env.folder("STATIC_ROOT", VAR_DIR / "static", made_folder)
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no font or script here is meant for other sites
STORAGES = {
    **MEDIA_STORAGES,
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
