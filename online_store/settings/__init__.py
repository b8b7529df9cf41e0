"""Settings of the Online Store. Only this package reads the environment; see `.env.example`."""

from online_store.settings.auth import *
from online_store.settings.base import *
from online_store.settings.base import env
from online_store.settings.cache import *
from online_store.settings.celery import *
from online_store.settings.database import *
from online_store.settings.email import *
from online_store.settings.i18n import *
from online_store.settings.logging import *
from online_store.settings.media import *
from online_store.settings.payments import *
from online_store.settings.processes import *
from online_store.settings.rest_framework import *
from online_store.settings.security import *
from online_store.settings.shipping import *
from online_store.settings.static import *
from online_store.settings.store import *

env.complain()
CONFIGURATION_WARNINGS = tuple(env.warnings)  # apps.py writes them into the log
