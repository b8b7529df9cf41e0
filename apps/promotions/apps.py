"""Promotions: discounts that apply by themselves, or by a code."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PromotionsConfig(AppConfig):
    """The application of promotions."""

    name = "apps.promotions"
    verbose_name = _("Promotions")
