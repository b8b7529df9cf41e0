"""The work that the embedded mode does beside the server, in the same process."""

import atexit
from contextlib import suppress
from urllib.parse import urlsplit

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
        provider = _payment_emulator()
        provider.start()
        settings.PAYMENT_EMULATOR_URL = provider.url
        settings.PAYMENT_EMULATOR_KEPT_URL.write_text(provider.url)  # for commands, which are other processes
    runner = Runner(settings.JOB_THREADS)
    runner.start()
    atexit.register(runner.stop, timeout=settings.JOB_GRACE_SECONDS)


def _payment_emulator() -> PaymentEmulator:
    """Return an emulator at its former port, where pages of payments are still open; else at any free one."""
    folder, secret = settings.VAR_DIR, settings.PAYMENT_EMULATOR_SECRET
    with suppress(OSError, ValueError):  # it is the first start, or the port is taken
        port = urlsplit(settings.PAYMENT_EMULATOR_KEPT_URL.read_text()).port or 0
        return PaymentEmulator(folder=folder, store_url=settings.STORE_URL, secret=secret, port=port)
    return PaymentEmulator(folder=folder, store_url=settings.STORE_URL, secret=secret)
