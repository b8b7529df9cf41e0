"""`make run`: the whole store in one process, from nothing."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.module_loading import import_string
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from apps.backoffice.management.commands.load_demo import CUSTOMER_LOGIN, DEMO_PASSWORD, STAFF_LOGIN
from apps.core.observability.gunicorn_logger import JsonServerLog
from apps.jobs.maintenance import run_maintenance
from online_store.gunicorn_worker import MAX_REQUEST_LINE
from online_store.listening import this_machine

THREADS = 8

WELCOME = """
Online Store is ready.

  API documentation  {url}/api/schema/swagger-ui/  and  {url}/api/schema/redoc/
  Admin              {url}/admin/
  Products           {url}/api/v1/products/

  Demo logins        staff: {staff}   customer: {customer}   password of both: {password}

  Place an order:

    TOKEN=$(curl -s {url}/api/v1/auth/login/ -H 'Content-Type: application/json' \\
      -d '{{"username": "{customer}", "password": "{password}"}}' | sed 's/.*"access":"\\([^"]*\\)".*/\\1/')
    curl -s {url}/api/v1/orders/ -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
      -d '{{"items": [{{"product_id": 1, "quantity": 1}}]}}'

  E-mails are written to {mail}. Ctrl-C stops everything.
"""


class Server(BaseApplication):
    """gunicorn with one worker process, which does the background work too."""

    def __init__(self, on_ready: Callable[[], None]) -> None:
        self._on_ready = on_ready
        super().__init__()

    def load_config(self) -> None:
        """Set what the command line would."""
        options = {
            "bind": this_machine(settings.PORT),
            "workers": 1,
            "worker_class": "online_store.gunicorn_worker.StoreWorker",
            "limit_request_line": MAX_REQUEST_LINE,
            "threads": THREADS,
            "graceful_timeout": settings.JOB_GRACE_SECONDS + 10,  # the jobs' grace follows the requests' end
            "control_socket_disable": True,
            "loglevel": "warning",
            "accesslog": None,
            "logger_class": JsonServerLog if settings.LOG_FORMAT == "json" else Logger,
            "when_ready": lambda _arbiter: self._on_ready(),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the WSGI application, in the worker: background work must not start in the parent."""
        return import_string("online_store.wsgi.application")


class Command(BaseCommand):
    """Prepare the database and serve."""

    help = "Migrate, load the demo data once, and run the server and background work in embedded mode."

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until Ctrl-C.

        Raises CommandError outside of the embedded mode.
        """
        if not settings.STORE_EMBEDDED:
            raise CommandError("Set STORE_EMBEDDED=true, as `make run` does.")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_demo")
        run_maintenance()  # no beat runs beside it
        _disconnect()
        Server(on_ready=self._welcome).run()

    def _welcome(self) -> None:
        self.stdout.write(
            WELCOME.format(
                url=f"http://127.0.0.1:{settings.PORT}",
                staff=STAFF_LOGIN,
                customer=CUSTOMER_LOGIN,
                password=DEMO_PASSWORD,
                mail=settings.EMAIL_FILE_PATH,
            )
        )
        self.stdout.flush()


def _disconnect() -> None:
    """Close what the first process has opened: it only looks after the worker, which is a fork of it."""
    connections.close_all()
    for connection in connections.all():
        if connection.vendor == "postgresql":
            connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's alone has it
