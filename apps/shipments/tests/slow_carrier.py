"""A carrier that keeps every caller waiting until the test lets go."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from apps.shipments.carrier_emulator import CarrierEmulator


class SlowCarrier(CarrierEmulator):
    """Tell that it was called, and answer when it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.called, self.go_on = threading.Event(), threading.Event()
        self.keys: list[str] = []

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        """Run a carrier and let every caller go in the end."""
        carrier = cls()
        carrier.start()
        try:
            yield carrier
        finally:
            carrier.go_on.set()
            carrier.stop()

    def take(self, key: str) -> str:
        self.keys.append(key)
        self.called.set()
        self.go_on.wait(60)
        return super().take(key)
