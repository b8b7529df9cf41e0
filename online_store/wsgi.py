"""The WSGI application. In the embedded mode the process that serves does the background work too."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from online_store.malloc import release_large_blocks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "online_store.settings")

release_large_blocks()

application = get_wsgi_application()

if settings.STORE_EMBEDDED:
    import_module(
        "online_store.embedded"
    ).start_background_work()  # needs the apps that the line above loaded
