"""The work that the embedded mode does beside the server, in the same process."""

import atexit

from django.conf import settings

from apps.jobs.runner import Runner
from apps.payments.payment_emulator import PaymentEmulator
from apps.shipments.carrier_emulator import CarrierEmulator


def start_background_work() -> None:
    """Start the threads that do jobs, and a carrier and a payment provider unless they are configured.

    All end with the process.
    """
    if not settings.SHIPPING_API_URL:
        carrier = CarrierEmulator()
        carrier.start()
        settings.SHIPPING_API_URL = carrier.url  # known only now: any free port will do
    if not settings.PAYMENT_EMULATOR_URL:
        provider = PaymentEmulator(
            folder=settings.VAR_DIR, store_url=settings.STORE_URL, secret=settings.PAYMENT_EMULATOR_SECRET
        )
        provider.start()
        settings.PAYMENT_EMULATOR_URL = provider.url
    runner = Runner(settings.JOB_THREADS)
    runner.start()
    atexit.register(runner.stop, timeout=settings.JOB_GRACE_SECONDS)
