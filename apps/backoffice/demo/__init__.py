"""Demo data: a catalogue, delivery methods and codes for an empty store."""

from apps.backoffice.demo.catalogue import load_catalogue
from apps.backoffice.demo.delivery import load_delivery
from apps.backoffice.demo.promotions import load_promotion

__all__ = ["load_catalogue", "load_delivery", "load_promotion"]
