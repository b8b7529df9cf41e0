"""The project: settings, addresses and the Celery application. No business rule lives here."""

from online_store.celery import app as celery_app

__all__ = ["celery_app"]
