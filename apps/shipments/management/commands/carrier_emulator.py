"""`python manage.py carrier_emulator`: the carrier emulator as a process of its own."""

import contextlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from apps.shipments.carrier_emulator import FAULTS, SLOW_SECONDS, CarrierEmulator


class Command(BaseCommand):
    """Serve the emulator until interrupted."""

    help = "Emulate the carrier: set SHIPPING_API_URL to the address that this prints."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the address and the faults."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8090)
        parser.add_argument(
            "--fault",
            action="append",
            choices=FAULTS,
            default=[],
            help="a fault to simulate; may be repeated",
        )
        parser.add_argument(
            "--rate", type=float, default=1.0, help="share of the calls that meet a fault, from 0 to 1"
        )
        parser.add_argument(
            "--slow-seconds", type=float, default=SLOW_SECONDS, help="how long a slow response takes"
        )
        parser.add_argument(
            "--log", type=Path, help="write a line of JSON for each announcement to this file"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until Ctrl-C."""
        carrier = CarrierEmulator(
            host=options["host"],
            port=options["port"],
            faults=options["fault"],
            rate=options["rate"],
            slow_seconds=options["slow_seconds"],
        )
        carrier.log = options["log"]
        self.stdout.write(f"SHIPPING_API_URL={carrier.url}")
        self.stdout.flush()  # whoever started it waits for the address, and a pipe or a file is buffered
        with contextlib.suppress(KeyboardInterrupt):
            carrier.serve_forever()
        carrier.server_close()
