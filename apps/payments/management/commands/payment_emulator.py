"""`python manage.py payment_emulator`: the emulated payment provider as a process of its own."""

import contextlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.payments.payment_emulator import FAULTS, SLOW_SECONDS, PaymentEmulator
from online_store.env.secret_files import kept_secret
from online_store.env.values import Unusable


class Command(BaseCommand):
    """Serve the emulator until interrupted."""

    help = "Emulate a payment provider: set PAYMENT_EMULATOR_URL to the address that this prints."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the address and the faults."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8091)
        parser.add_argument(
            "--fault",
            action="append",
            choices=FAULTS,
            default=[],
            help="a fault to simulate; may be repeated",
        )
        parser.add_argument(
            "--rate",
            type=float,
            default=1.0,
            help="share of the occasions on which a fault happens, from 0 to 1",
        )
        parser.add_argument(
            "--slow-seconds", type=float, default=SLOW_SECONDS, help="how long a slow response takes"
        )
        parser.add_argument(
            "--log", type=Path, help="write a line of JSON for each event and each callback to this file"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until Ctrl-C.

        Raises CommandError for a rate that is none, and for a port that cannot be used.
        """
        try:
            emulator = PaymentEmulator(
                folder=settings.VAR_DIR,
                store_url=settings.STORE_URL,
                secret=_secret(),
                host=options["host"],
                port=options["port"],
                faults=options["fault"],
                rate=options["rate"],
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        except (OSError, OverflowError) as error:
            raise CommandError(f"Port {options['port']} cannot be used: {error}.") from error
        emulator.slow_seconds, emulator.callbacks.log = options["slow_seconds"], options["log"]
        self.stdout.write(f"PAYMENT_EMULATOR_URL={emulator.url}")
        self.stdout.flush()  # whoever started it waits for the address, and a pipe or a file is buffered
        with contextlib.suppress(KeyboardInterrupt):
            emulator.serve_forever()
        emulator.close()


def _secret() -> str:
    """Return the secret of the settings, else the one of the embedded store; make it if need be."""
    if settings.PAYMENT_EMULATOR_SECRET:
        return str(settings.PAYMENT_EMULATOR_SECRET)
    try:
        return kept_secret(settings.PAYMENT_EMULATOR_KEPT_SECRET)
    except Unusable as unusable:
        raise CommandError(f"PAYMENT_EMULATOR_SECRET {unusable}.") from unusable
