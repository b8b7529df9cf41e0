"""The work that the embedded mode does beside the server, in the same process."""

import atexit

from django.conf import settings

from apps.jobs.runner import Runner
from apps.shipments.carrier_emulator import CarrierEmulator


def start_background_work() -> None:
    """Start the threads that do jobs, and a carrier unless one is configured; both end with the process."""
    if not settings.SHIPPING_API_URL:
        carrier = CarrierEmulator()
        carrier.start()
        settings.SHIPPING_API_URL = carrier.url  # known only now: any free port will do
    runner = Runner(settings.JOB_THREADS)
    runner.start()
    atexit.register(runner.stop, timeout=settings.JOB_GRACE_SECONDS)
