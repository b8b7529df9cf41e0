"""Receivers that give the configuration another version when promotions change."""

from apps.promotions.models import Promotion
from apps.store.configuration import configures

configures(Promotion)
