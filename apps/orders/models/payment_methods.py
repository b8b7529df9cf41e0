"""Model of payment methods: by which terms an order is paid."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.audit.registry import audited
from apps.core.database.querysets import SignallingQuerySet
from apps.delivery.models import DeliveryMethod
from apps.store.models import NamedInLanguages, in_present_language


class PaymentTerms(models.TextChoices):
    """When an order is paid."""

    PREPAID = "prepaid", _("before shipment")
    ON_DELIVERY = "on_delivery", _("on delivery")
    INVOICE = "invoice", _("by invoice")


@audited()
class PaymentMethod(NamedInLanguages):
    """A way to pay that customers can choose. Totals are money in the store's currency."""

    AUDITED_FIELDS = (
        "code",
        "name_ru",
        "name_en",
        "provider",
        "terms",
        "is_active",
        "position",
        "min_total",
        "max_total",
        "expire_minutes",
        "moves_to_processing",
        "instructions_ru",
        "instructions_en",
    )

    code = models.SlugField(_("code"), max_length=40, unique=True)
    provider = models.CharField(_("provider"), max_length=20, default="manual")
    terms = models.CharField(pgettext_lazy("terms", "paid"), max_length=20, choices=PaymentTerms.choices)
    is_active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    min_total = models.DecimalField(
        _("minimum total"),
        max_digits=15,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    max_total = models.DecimalField(
        _("maximum total"),
        max_digits=15,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    expire_minutes = models.PositiveIntegerField(
        _("unpaid orders are cancelled after, minutes"), null=True, blank=True
    )
    moves_to_processing = models.BooleanField(_("a paid order is processed at once"), default=False)
    instructions_ru = models.TextField(_("instructions in Russian"), max_length=2000, blank=True, default="")
    instructions_en = models.TextField(_("instructions in English"), max_length=2000, blank=True, default="")
    delivery_methods = models.ManyToManyField(
        DeliveryMethod,
        blank=True,
        related_name="+",
        verbose_name=_("delivery methods"),
        help_text=_("Choose none for all."),
    )

    objects = SignallingQuerySet["PaymentMethod"].as_manager()

    class Meta:
        verbose_name = _("payment method")
        verbose_name_plural = _("payment methods")
        ordering = ("position", "pk")

    @property
    def instructions(self) -> str:
        """Return what customers read after they have ordered, in the present language."""
        return in_present_language(self.instructions_ru, self.instructions_en)
