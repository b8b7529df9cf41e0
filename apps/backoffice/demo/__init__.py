"""Demo data: a catalogue, delivery and payment methods, codes and a seller for an empty store."""

from apps.backoffice.demo.catalogue import load_catalogue
from apps.backoffice.demo.delivery import load_delivery
from apps.backoffice.demo.payments import load_payments
from apps.backoffice.demo.promotions import load_promotion

__all__ = ["load_catalogue", "load_delivery", "load_payments", "load_promotion"]
