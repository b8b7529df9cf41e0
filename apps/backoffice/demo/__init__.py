"""Demo data: a catalogue with pictures, delivery and payment methods, codes and a seller."""

from apps.backoffice.demo.attributes import load_attributes
from apps.backoffice.demo.catalogue import load_catalogue
from apps.backoffice.demo.delivery import load_delivery
from apps.backoffice.demo.payments import load_payments
from apps.backoffice.demo.pictures import load_pictures
from apps.backoffice.demo.promotions import load_promotion

__all__ = [
    "load_attributes",
    "load_catalogue",
    "load_delivery",
    "load_payments",
    "load_pictures",
    "load_promotion",
]
