"""Models of delivery methods: the zones they reach, their limits and rates."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.audit.registry import audited
from apps.core.database.querysets import SignallingQuerySet
from apps.store.models import COUNTRY_CODE, NamedInLanguages, TaxClass


class DeliveryKind(models.TextChoices):
    """How an order reaches its customer."""

    COURIER = "courier", _("courier")
    POST = "post", _("post")
    PICKUP_POINT = "pickup_point", _("pick-up point of a carrier")
    PICKUP = "pickup", _("own shop")
    DIGITAL = "digital", _("digital")


AT_A_POINT = (DeliveryKind.PICKUP_POINT, DeliveryKind.PICKUP)  # where the customer collects the order


class FreeFromBasis(models.TextChoices):
    """What is compared with the total from which delivery is free."""

    AFTER_DISCOUNTS = "after_discounts", _("goods after discounts")
    BEFORE_DISCOUNTS = "before_discounts", _("goods before discounts")


@audited()
class DeliveryZone(models.Model):
    """A part of the world; one without members is everywhere."""

    AUDITED_FIELDS = ("name",)

    name = models.CharField(_("name"), max_length=100)

    objects = SignallingQuerySet["DeliveryZone"].as_manager()

    class Meta:
        verbose_name = _("delivery zone")
        verbose_name_plural = _("delivery zones")
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class DeliveryZoneMember(models.Model):
    """A country in a zone, or a region of it, or the postal codes that begin alike."""

    zone = models.ForeignKey(DeliveryZone, models.CASCADE, related_name="members", verbose_name=_("zone"))
    country = models.CharField(_("country"), max_length=2, validators=[COUNTRY_CODE])
    region = models.CharField(_("region"), max_length=100, blank=True, default="")
    postal_prefix = models.CharField(_("postal code begins with"), max_length=20, blank=True, default="")

    objects = SignallingQuerySet["DeliveryZoneMember"].as_manager()

    class Meta:
        verbose_name = _("part of the zone")
        verbose_name_plural = _("parts of the zone")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "country", "region", "postal_prefix"],
                name="delivery_deliveryzonemember_once_per_zone",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.country, self.region, self.postal_prefix)))


@audited()
class DeliveryMethod(NamedInLanguages):
    """A way of delivery that customers can choose. Totals are in the store's currency, weights in grams."""

    AUDITED_FIELDS = (
        "code",
        "name_ru",
        "name_en",
        "kind",
        "carrier",
        "is_active",
        "position",
        "tax_class",
        "min_total",
        "max_total",
        "max_weight_g",
        "needs_phone",
        "days_min",
        "days_max",
        "free_from",
        "free_from_basis",
    )

    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=DeliveryKind.choices)
    carrier = models.CharField(
        _("carrier"),
        max_length=20,
        blank=True,
        default="",
        help_text=_("For pick-up points: the provider whose points can be chosen."),
    )
    is_active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    tax_class = models.ForeignKey(
        TaxClass, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tax class")
    )
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
    max_weight_g = models.PositiveIntegerField(_("maximum weight, g"), null=True, blank=True)
    needs_phone = models.BooleanField(_("needs a phone number"), default=False)
    days_min = models.PositiveSmallIntegerField(_("days, at least"), null=True, blank=True)
    days_max = models.PositiveSmallIntegerField(_("days, at most"), null=True, blank=True)
    free_from = models.DecimalField(
        _("free from"),
        max_digits=15,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    free_from_basis = models.CharField(
        _("which is compared with"),
        max_length=20,
        choices=FreeFromBasis.choices,
        default=FreeFromBasis.AFTER_DISCOUNTS,
    )

    objects = SignallingQuerySet["DeliveryMethod"].as_manager()

    class Meta:
        verbose_name = _("delivery method")
        verbose_name_plural = _("delivery methods")
        ordering = ("position", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=DeliveryKind.values), name="delivery_deliverymethod_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(min_total=None)
                | models.Q(max_total=None)
                | models.Q(max_total__gte=models.F("min_total")),
                name="delivery_deliverymethod_totals_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(days_min=None)
                | models.Q(days_max=None)
                | models.Q(days_max__gte=models.F("days_min")),
                name="delivery_deliverymethod_days_in_order",
            ),
        ]


class DeliveryRate(models.Model):
    """What a method costs in a zone, from a total of goods and a weight on."""

    method = models.ForeignKey(
        DeliveryMethod, models.CASCADE, related_name="rates", verbose_name=_("delivery method")
    )
    zone = models.ForeignKey(
        DeliveryZone,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rates",
        verbose_name=_("zone"),
        help_text=_("Leave empty for everywhere."),
    )
    from_total = models.DecimalField(
        _("from a total of"), max_digits=15, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    from_weight_g = models.PositiveIntegerField(_("from a weight of, g"), default=0)
    price = models.DecimalField(
        _("price"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)]
    )

    objects = SignallingQuerySet["DeliveryRate"].as_manager()

    class Meta:
        verbose_name = _("delivery rate")
        verbose_name_plural = _("delivery rates")
        ordering = ("zone", "from_total", "from_weight_g", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["method", "zone", "from_total", "from_weight_g"],
                name="delivery_deliveryrate_one_per_step",
            ),
            models.UniqueConstraint(
                fields=["method", "from_total", "from_weight_g"],
                condition=models.Q(zone=None),
                name="delivery_deliveryrate_one_per_step_everywhere",
            ),
            models.CheckConstraint(
                condition=models.Q(price__gte=0, from_total__gte=0),
                name="delivery_deliveryrate_not_negative",
            ),
        ]

    def __str__(self) -> str:
        zone = self.zone or "*"
        return f"{zone} ≥ {self.from_total:.2f} ≥ {self.from_weight_g}: {self.price:.2f}"
