"""Settings of the Online Store. Only this package reads the environment; see `.env.example`."""

from online_store.settings.auth import *
from online_store.settings.cache import *
from online_store.settings.celery import *
from online_store.settings.database import *
from online_store.settings.logging import *
from online_store.settings.outside import *
from online_store.settings.pages import *
from online_store.settings.processes import *
from online_store.settings.rest_framework import *
from online_store.settings.store import *
from online_store.settings.store import env

env.complain()
CONFIGURATION_WARNINGS = tuple(env.warnings)  # apps.py writes them into the log
