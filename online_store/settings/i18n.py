"""Internationalization: languages and time zone."""

from django.utils.translation import gettext_lazy as _

from online_store.settings.base import BASE_DIR
from online_store.settings.store import STORE_TIME_ZONE

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "online_store" / "locale"]
TIME_ZONE = STORE_TIME_ZONE  # of pages and documents; the API, exports and the log are in UTC
USE_TZ = True
